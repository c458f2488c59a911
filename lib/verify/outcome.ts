import { errorFrom, refusalFactsOf } from '../errors.js'
import { emit, type VerifierEventListener } from '../events/listeners.js'
import { acceptedEvent, refusedEvent, type Verification } from '../events/outcome-event.js'
import { readClock, type Clock } from '../time/clock.js'
import type { Authentication } from '../types.js'
import type { Bounds } from './binding.js'

/** What is known of a token while its steps are taken. */
export interface Progress extends Verification {
  bounds?: Bounds
  accepted?: Authentication
  /** A request without credentials is let pass by who asked, so it is no refusal. */
  optional: boolean
}

interface Reporter {
  readonly clock: Clock
  readonly realm: string
  readonly onEvent: readonly VerifierEventListener[]
}

/**
 * Takes the steps, tells the listeners how they ended, and gives a refusal what only the verifier knows: realm and time.
 */
export function reported(
  reporter: Reporter,
  steps: (progress: Progress) => Promise<{ readonly authentication: Authentication }>,
): Promise<Authentication> {
  const { clock, onEvent } = reporter
  const isTold = onEvent.length > 0
  const progress: Progress = {
    now: NaN,
    begun: isTold ? performance.now() : NaN,
    face: 'verify',
    optional: false,
  }
  const refused = (thrown: unknown): never => {
    throw reportedRefusal(reporter, progress, thrown)
  }
  try {
    progress.now = readClock(clock)
    return steps(progress).then(({ authentication }) => {
      if (isTold && progress.accepted !== undefined) emit(onEvent, acceptedEvent(progress, progress.accepted))
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
  if (onEvent.length > 0 && !(progress.optional && facts.code === 'credentials_missing'))
    emit(onEvent, refusedEvent(facts, progress))
  return errorFrom(facts)
}

/** Waits for a store, and notes for how long where somebody is to be told. */
export async function timed<T>(progress: Progress, store: 'key' | 'replay', waited: Promise<T>): Promise<T> {
  if (Number.isNaN(progress.begun)) return waited
  const begun = performance.now()
  try {
    return await waited
  } finally {
    progress.storeSeconds = { ...progress.storeSeconds, [store]: (performance.now() - begun) / 1000 }
  }
}
