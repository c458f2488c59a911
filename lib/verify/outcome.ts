import { AuthenticationError, StoreError } from '../errors.js'
import { acceptedEvent, emit, refusedEvent, type EventListener } from '../events/verifier-event.js'
import type { Authentication, UnverifiedToken } from '../types.js'
import type { Bounds } from './binding.js'

/** What is known of a token while its steps are taken. */
export interface Trail {
  /** Epoch seconds: one reading of the clock for all steps. */
  now: number
  bounds?: Bounds
  unverified?: UnverifiedToken
  accepted?: Authentication
}

interface Reporter {
  readonly clock: () => number
  readonly realm: string
  readonly onEvent: EventListener | undefined
}

/**
 * Takes the steps, tells the listener how they ended, and gives a refusal what only the verifier knows: realm and time.
 * A request without credentials is no event: there is no token to speak of.
 */
export function reported(
  reporter: Reporter,
  steps: (trail: Trail) => Promise<{ readonly authentication: Authentication }>,
): Promise<Authentication> {
  const trail: Trail = { now: NaN }
  const refused = (error: unknown): never => {
    tellRefusal(reporter, trail, error)
    throw error
  }
  try {
    trail.now = readClock(reporter.clock)
    return steps(trail).then(({ authentication }) => {
      const { onEvent } = reporter
      if (onEvent !== undefined && trail.accepted !== undefined)
        emit(onEvent, acceptedEvent(trail.accepted, trail.now))
      return authentication
    }, refused)
  } catch (error) {
    return Promise.resolve(error).then(refused)
  }
}

function tellRefusal({ realm, onEvent }: Reporter, trail: Trail, error: unknown): void {
  if (!(error instanceof AuthenticationError || error instanceof StoreError)) return
  error.realm = realm
  if (Number.isFinite(trail.now)) error.serverTime = trail.now
  if (onEvent !== undefined && error.code !== 'credentials_missing')
    emit(onEvent, refusedEvent(error, trail.unverified, trail.bounds?.origin))
}

/** Without the time nothing can be decided. */
function readClock(clock: () => number): number {
  let now: number
  try {
    now = clock()
  } catch (cause) {
    throw new StoreError('store_unavailable', { cause })
  }
  if (!Number.isFinite(now))
    throw new StoreError('store_unavailable', { cause: 'the clock did not return epoch seconds' })
  return now
}
