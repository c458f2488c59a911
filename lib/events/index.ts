/**
 * `reverse-jwt/observe`: listeners of events, for logs, metrics and alerts.
 *
 * @module observe
 */
export type {
  AlertEndedEvent,
  AlertEvent,
  AlertRaisedEvent,
  AlertRule,
  AlertSeverity,
} from './alert-event.js'
export { alertEvents, type AlertOptions } from './alerts/alert-events.js'
export { logEvents, type EventLogEntry, type EventLogger, type LogEventsOptions } from './log.js'
export type { EventMeter, MeterInstrumentOptions, MeterObservable } from './meter/event-meter.js'
export type { EventSink } from './meter/instruments.js'
export { meterEvents, type MeterEventsOptions } from './meter/meter-events.js'
export type { AnyEvent } from './observed-event.js'
