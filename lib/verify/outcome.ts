import { errorFrom, refusalFactsOf } from '../errors.js'
import { acceptedEvent, emit, refusedEvent, type EventListener } from '../events/verifier-event.js'
import { readClock } from '../time/clock.js'
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
  const refused = (thrown: unknown): never => {
    throw reportedRefusal(reporter, trail, thrown)
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

/** The same refusal with realm and time: another error, because a step throws without knowing them. */
function reportedRefusal({ realm, onEvent }: Reporter, trail: Trail, thrown: unknown): unknown {
  const known = refusalFactsOf(thrown)
  if (known === undefined) return thrown
  const error = errorFrom({ ...known, realm, ...(Number.isFinite(trail.now) && { serverTime: trail.now }) })
  if (onEvent !== undefined && error.code !== 'credentials_missing')
    emit(onEvent, refusedEvent(error, trail.unverified, trail.bounds?.origin))
  return error
}
