import { AuthenticationError, StoreError, type OutageCode, type RefusalCode } from './errors.js'
import type { UnverifiedToken } from './verify/compact.js'
import type { Authentication } from './types.js'
import { warnOnce } from './warnings.js'

/**
 * What became of one token. Holds no token, no signature and no key. Text that a caller chose is escaped to printable ASCII
 * and cut at 64 characters, so that a log line stays one line.
 *
 *     { "type": "refused", "time": 1790000000, "code": "token_not_verified", "cause": "the key is revoked",
 *       "unverifiedProjectId": "shop", "unverifiedKid": "key-1" }
 */
export type VerifierEvent =
  | {
      readonly type: 'accepted'
      readonly time: number
      readonly projectId: string
      readonly kid: string
      readonly alg: string
    }
  | ({
      readonly type: 'refused'
      readonly time: number
      readonly code: RefusalCode
      readonly cause?: string
    } & Unverified)
  | ({
      readonly type: 'unavailable'
      readonly time: number
      readonly code: OutageCode
      readonly cause?: unknown
    } & Unverified)

/** What a token said of itself before anything was verified. Anyone can write it. */
interface Unverified {
  readonly unverifiedProjectId?: string
  readonly unverifiedKid?: string
}

export type EventListener = (event: VerifierEvent) => unknown

/** What is known of a token while its steps are taken. */
export interface Trail {
  /** Epoch seconds: one reading of the clock for all steps. */
  readonly now: number
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
export async function reported<T>(
  { clock, realm, onEvent }: Reporter,
  steps: (trail: Trail) => Promise<T>,
): Promise<T> {
  const trail: Trail = { now: readClock(clock) }
  try {
    const outcome = await steps(trail)
    if (trail.accepted !== undefined) emit(onEvent, acceptedEvent(trail.accepted, trail.now))
    return outcome
  } catch (error) {
    if (error instanceof AuthenticationError || error instanceof StoreError) {
      error.realm = realm
      error.serverTime = trail.now
      if (error.code !== 'credentials_missing') emit(onEvent, refusedEvent(error, trail))
    }
    throw error
  }
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

function acceptedEvent({ project, projectToken }: Authentication, time: number): VerifierEvent {
  const { kid, header } = projectToken
  return { type: 'accepted', time, projectId: project.id, kid, alg: header.alg }
}

function refusedEvent(
  error: AuthenticationError | StoreError,
  { now: time, unverified }: Trail,
): VerifierEvent {
  const said = {
    ...visible('unverifiedProjectId', unverified?.unverifiedClaims.proj_id),
    ...visible('unverifiedKid', unverified?.unverifiedHeader.kid),
  }
  if (error instanceof StoreError) {
    return { type: 'unavailable', time, code: error.code, cause: error.cause, ...said }
  }
  const cause = typeof error.cause === 'string' ? { cause: error.cause } : {}
  return { type: 'refused', time, code: error.code, ...cause, ...said }
}

/** Its failure is its own: it neither refuses a request nor stops the process. */
function emit(listener: EventListener | undefined, event: VerifierEvent): void {
  if (listener === undefined) return
  const failed = () => {
    warnOnce('REVERSE_JWT_LISTENER_FAILED')
  }
  try {
    void Promise.resolve(listener(event)).catch(failed)
  } catch {
    failed()
  }
}

/** Everything but printable ASCII becomes \uXXXX: line ends, terminal escapes and text that turns direction included. */
function visible(name: keyof Unverified, value: unknown): Unverified {
  if (typeof value !== 'string') return {}
  const text = value
    .slice(0, 64)
    .replace(/[^\x20-\x7E]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return { [name]: text }
}
