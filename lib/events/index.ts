export type {
  AlertEndedEvent,
  AlertEvent,
  AlertRaisedEvent,
  AlertRule,
  AlertSeverity,
} from './alert-event.js'
export { alertEvents, type AlertOptions } from './alerts/alert-events.js'
export type { AnyEvent } from './observed-event.js'
