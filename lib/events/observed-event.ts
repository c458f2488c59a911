import type { AlertEvent } from './alert-event.js'
import type { KeySetEvent, RevocationsEvent } from './read-event.js'
import type { SessionIssuerEvent } from './session-event.js'
import type { VerifierEvent } from './verifier-event.js'

/** An event of any source, also of one that is not known here: of the registry, or of your own. */
export interface AnyEvent {
  readonly type: string
}

/** The events that listeners here look into. All others are passed over, or passed on as they are. */
export type ObservedEvent = VerifierEvent | SessionIssuerEvent | KeySetEvent | RevocationsEvent | AlertEvent
