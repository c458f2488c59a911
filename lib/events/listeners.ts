import type { Option } from '../options/options.js'
import { warnOnce } from '../warnings.js'
import type { VerifierEvent } from './verifier-event.js'

export type VerifierEventListener = (event: VerifierEvent) => unknown

type Listener<Event> = (event: Event) => unknown

/** The option `onEvent`: one listener, or a list of them. */
export function eventListeners<Event>(): Option<readonly Listener<Event>[]> {
  return read as Option<readonly Listener<Event>[]>
}

const read: Option<readonly Listener<never>[]> = (given, wrong) => {
  if (given === undefined) return []
  // A copy: what becomes of the list later is not checked, and a place without a value is no listener.
  const list: unknown[] = Array.isArray(given) ? Array.from(given) : [given]
  if (list.every((entry) => typeof entry === 'function')) return list as Listener<never>[]
  throw wrong('must be a function, or a list of functions')
}

/**
 * Tells all listeners. The failure of one is its own: it neither refuses a request nor stops the process nor hides the event
 * from others.
 */
export function emit<Event>(listeners: readonly Listener<Event>[], event: Event): void {
  for (const listener of listeners) {
    try {
      void Promise.resolve(listener(event)).catch(warnOfFailure)
    } catch {
      warnOfFailure()
    }
  }
}

function warnOfFailure(): void {
  warnOnce('REVERSE_JWT_LISTENER_FAILED')
}
