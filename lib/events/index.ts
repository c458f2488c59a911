export type {
  AlertEndedEvent,
  AlertEvent,
  AlertRaisedEvent,
  AlertRule,
  AlertSeverity,
} from './alert-event.js'
export type { AnyEvent } from './observed-event.js'
