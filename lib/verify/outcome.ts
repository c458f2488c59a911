import { errorFrom, refusalFactsOf } from '../errors.js'
import { emit, type VerifierEventListener } from '../events/listeners.js'
import { acceptedEvent, refusedEvent } from '../events/outcome-event.js'
import { readClock, type Clock } from '../time/clock.js'
import type { Authentication, UnverifiedToken } from '../types.js'
import type { Bounds } from './binding.js'

/** What is known of a token while its steps are taken. */
export interface Progress {
  /** Epoch seconds: one reading of the clock for all steps. */
  now: number
  bounds?: Bounds
  unverified?: UnverifiedToken
  accepted?: Authentication
}

interface Reporter {
  readonly clock: Clock
  readonly realm: string
  readonly onEvent: readonly VerifierEventListener[]
}

/**
 * Takes the steps, tells the listeners how they ended, and gives a refusal what only the verifier knows: realm and time.
 * A request without credentials is no event: there is no token to speak of.
 */
export function reported(
  reporter: Reporter,
  steps: (progress: Progress) => Promise<{ readonly authentication: Authentication }>,
): Promise<Authentication> {
  const { clock, onEvent } = reporter
  const progress: Progress = { now: NaN }
  const refused = (thrown: unknown): never => {
    throw reportedRefusal(reporter, progress, thrown)
  }
  try {
    progress.now = readClock(clock)
    return steps(progress).then(({ authentication }) => {
      if (onEvent.length > 0 && progress.accepted !== undefined)
        emit(onEvent, acceptedEvent(progress.accepted, progress.now))
      return authentication
    }, refused)
  } catch (error) {
    return Promise.resolve(error).then(refused)
  }
}

/** The same refusal with realm and time: another error, because a step throws without knowing them. */
function reportedRefusal({ realm, onEvent }: Reporter, progress: Progress, thrown: unknown): unknown {
  const known = refusalFactsOf(thrown)
  if (known === undefined) return thrown
  const facts = { ...known, realm, ...(Number.isFinite(progress.now) && { serverTime: progress.now }) }
  if (onEvent.length > 0 && facts.code !== 'credentials_missing')
    emit(onEvent, refusedEvent(facts, progress.unverified, progress.bounds?.origin))
  return errorFrom(facts)
}
