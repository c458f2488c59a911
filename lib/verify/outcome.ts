import { errorFrom, refusalFactsOf } from '../errors.js'
import { emit, type VerifierEventListener } from '../events/listeners.js'
import type { EventFace } from '../events/verifier-event.js'
import { acceptedEvent, refusedEvent, type Verification } from '../events/outcome-event.js'
import { revocationOf } from '../keys/revocation.js'
import { readClock, type Clock } from '../time/clock.js'
import type { Authentication } from '../types.js'
import type { Bounds } from './binding.js'

/** What is known of a token while its steps are taken. */
export interface Progress extends Verification, Asking {
  bounds?: Bounds
  accepted?: Authentication
}

/** Who asks for a verification. */
export interface Asking {
  readonly face: EventFace
  /** A request without credentials is let pass, so it is no refusal. */
  readonly optional: boolean
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
  { face, optional }: Asking,
  steps: (progress: Progress) => Promise<{ readonly authentication: Authentication }>,
): Promise<Authentication> {
  const { clock, onEvent } = reporter
  const isTold = onEvent.length > 0
  const progress: Progress = {
    now: NaN,
    begun: isTold ? performance.now() : NaN,
    face,
    optional,
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
  if (onEvent.length > 0 && !(progress.optional && facts.code === 'credentials_missing')) {
    progress.revokedAt = progress.verifiedBy && revocationOf(progress.verifiedBy)
    emit(onEvent, refusedEvent(facts, progress))
  }
  return errorFrom(facts)
}

/** Waits for a store, and notes for how long where somebody is to be told. */
export function timed<T>(progress: Progress, store: 'key' | 'replay', waited: Promise<T>): Promise<T> {
  return Number.isNaN(progress.begun) ? waited : measured(progress, store, waited)
}

async function measured<T>(progress: Progress, store: 'key' | 'replay', waited: Promise<T>): Promise<T> {
  const begun = performance.now()
  try {
    return await waited
  } finally {
    progress.storeSeconds = { ...progress.storeSeconds, [store]: (performance.now() - begun) / 1000 }
  }
}
