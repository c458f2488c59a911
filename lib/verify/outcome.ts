import { refusalFactsOf, refusalWith } from '../errors.js'
import { emit, type VerifierEventListener } from '../events/listeners.js'
import type { EventFace } from '../events/verifier-event.js'
import {
  acceptedEvent,
  refusedEvent,
  type AcceptedToken,
  type Verification,
} from '../events/outcome-event.js'
import { revocationOf } from '../keys/revocation.js'
import { readClock, type Clock } from '../time/clock.js'
import { isPromise } from './and-then.js'
import type { Bounds } from './binding.js'

/** What is known of a token while its steps are taken. */
export interface Progress extends Verification, Asking {
  bounds: Bounds | undefined
  accepted: AcceptedToken | undefined
}

/** Who asks for a verification. */
export interface Asking {
  readonly face: EventFace
  /** A request without credentials is let pass, so it is no refusal. */
  readonly optional: boolean
}

interface Verified<T> {
  readonly authentication: T
}

interface Reporter {
  readonly clock: Clock
  readonly realm: string
  readonly onEvent: readonly VerifierEventListener[]
  /** What is thrown in the words of who reports it. */
  readonly retold?: (thrown: unknown) => unknown
}

/**
 * Takes the steps, tells the listeners how they ended, and gives a refusal what only the verifier knows: realm and time.
 */
export function reported<T>(
  reporter: Reporter,
  { face, optional }: Asking,
  steps: (progress: Progress) => Verified<T> | Promise<Verified<T>>,
): Promise<T> {
  const isTold = reporter.onEvent.length > 0
  const progress: Progress = {
    now: NaN,
    begun: isTold ? performance.now() : NaN,
    face,
    optional,
    bounds: undefined,
    unverified: undefined,
    verifiedBy: undefined,
    accepted: undefined,
  }
  const accept = ({ authentication }: Verified<T>) => {
    if (isTold && progress.accepted !== undefined)
      emit(reporter.onEvent, acceptedEvent(progress, progress.accepted))
    return authentication
  }
  const refuse = (thrown: unknown) => {
    throw reportedRefusal(reporter, progress, thrown)
  }
  let verified: Verified<T> | Promise<Verified<T>>
  try {
    progress.now = readClock(reporter.clock)
    verified = steps(progress)
  } catch (thrown) {
    return rejectedSoon(() => reportedRefusal(reporter, progress, thrown))
  }
  if (isPromise(verified)) return verified.then(accept, refuse)
  const atHand = verified
  return new Promise((resolve) => {
    resolve(accept(atHand))
  })
}

const settled = Promise.resolve()

/**
 * Rejects when the caller has had time to attach a handler: Node records each promise that is rejected without one, which costs
 * several microseconds. So does throwing once more.
 */
function rejectedSoon(refusal: () => unknown): Promise<never> {
  return new Promise((_, reject) => {
    const error = refusal()
    void settled.then(() => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what was thrown, whatever it is
      reject(error)
    })
  })
}

/** The same refusal with realm and time, which the step that threw it does not know. */
function reportedRefusal(reporter: Reporter, progress: Progress, thrown: unknown): unknown {
  const { realm, onEvent, retold } = reporter
  const refusal = refusalWith(retold === undefined ? thrown : retold(thrown), {
    realm,
    serverTime: progress.now,
  })
  const facts = refusalFactsOf(refusal)
  if (facts === undefined) return thrown
  if (onEvent.length > 0 && !(progress.optional && facts.code === 'credentials_missing')) {
    progress.revokedAt = progress.verifiedBy && revocationOf(progress.verifiedBy)
    emit(onEvent, refusedEvent(facts, progress))
  }
  return refusal
}

/** Notes for how long a store is waited for, where somebody is to be told. */
export function timed<T>(
  progress: Progress,
  store: 'key' | 'replay',
  answer: T | Promise<T>,
): T | Promise<T> {
  return isPromise(answer) && !Number.isNaN(progress.begun) ? measured(progress, store, answer) : answer
}

async function measured<T>(progress: Progress, store: 'key' | 'replay', waited: Promise<T>): Promise<T> {
  const begun = performance.now()
  try {
    return await waited
  } finally {
    progress.storeSeconds = { ...progress.storeSeconds, [store]: (performance.now() - begun) / 1000 }
  }
}
