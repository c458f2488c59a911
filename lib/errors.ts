import { challengeOf } from './http/challenge.js'
import { factsOf, factsOfOtherCopy, HttpError, type ErrorFacts } from './http/http-error.js'
import { Instance } from './http/instance.js'
import { retryAfter } from './http/retry-after.js'
import { isScopeName } from './protocol.js'
import {
  isOutageCode,
  isRefusalCode,
  outageReasons,
  outages,
  refusals,
  type Answer,
  type OutageCode,
  type OutageReason,
  type RefusalCode,
  type RefusalReason,
  type Retry,
} from './http/refusals.js'

export interface RefusalDetails {
  /** Replaces the description of the table. It may count seconds and name the platform; never a text out of a token. */
  description?: string | undefined
  /** The true reason, for the platform alone, in words. */
  cause?: unknown
  /** The true reason, for programs. Default: the code. */
  reason?: RefusalReason | undefined
  /** Where a time was the reason: how long ago, how far ahead, or how long. */
  seconds?: number | undefined
  /** Scopes that the resource requires, for the challenge of `scope_insufficient`. */
  scope?: readonly string[] | undefined
  /** `realm` of the challenge. */
  realm?: string | undefined
  /** Epoch seconds. Default: the system's clock. */
  serverTime?: number | undefined
  /** What the caller can do. Default: what the code says of a project token. */
  retry?: Retry | undefined
}

export interface OutageDetails extends Omit<RefusalDetails, 'reason' | 'retry' | 'scope' | 'seconds'> {
  /** For programs, for the platform alone. Default: that the store which was asked has failed. */
  reason?: OutageReason | undefined
}

/** All that there is to know of a refusal or an outage. `cause`, `reason` and `seconds` are never sent. */
export interface RefusalFacts extends ErrorFacts {
  readonly code: RefusalCode | OutageCode
  readonly cause: unknown
  readonly reason: RefusalReason | OutageReason | undefined
  readonly seconds: number | undefined
  readonly instance: Instance
  readonly status: Answer[0]
  readonly error: string | undefined
  readonly retry: Retry
  readonly serverTime: number
  readonly realm: string | undefined
  readonly scope: readonly string[] | undefined
}

/**
 * What AuthenticationError and StoreError have in common: all that an HTTP answer needs. `status` and `statusCode` are the
 * same, and `expose` is true, so any error handler answers correctly. You may write on it, as loggers do: `problemDetails()`
 * and the faces answer with what it was made with.
 */
export abstract class ReverseJwtError extends HttpError {
  declare readonly code: RefusalCode | OutageCode
  declare readonly status: Answer[0]
  /** OAuth error code, as in the challenge or the body. */
  readonly error: string | undefined
  readonly description: string
  readonly retry: Retry
  /** Epoch seconds by the verifier's clock: tells a caller how far its own is off. */
  readonly serverTime: number
  /** Of the verifier that refused. */
  readonly realm: string | undefined

  protected constructor(
    code: RefusalCode | OutageCode,
    [status, error, retryOfCode, title, constant]: Answer,
    details: Omit<RefusalDetails, 'reason'> & { reason?: RefusalReason | OutageReason | undefined },
  ) {
    const { description = constant, cause, reason, seconds, scope, realm } = details
    const { serverTime = Date.now() / 1000, retry = retryOfCode } = details
    // Of an error that is made anew with what only the verifier knows.
    const { instance = new Instance() } = details as { readonly instance?: Instance }
    // One literal: this runs for every refused request, and a spread costs several microseconds.
    // prettier-ignore
    const facts: RefusalFacts = {
      code, status, title, description, error, retry, realm, scope, serverTime, cause, reason, seconds, instance,
    }
    super(facts, cause)
    this.error = error
    this.description = description
    this.retry = retry
    this.serverTime = serverTime
    this.realm = realm
  }

  /**
   * The id of this refusal or outage, a UUID: `urn:uuid:<id>` is the `instance` of the answer, and the event has it as `id`. So
   * what a customer shows to support leads to what the platform knows.
   */
  get id(): string {
    return refusalFactsOf(this)?.instance.id ?? ''
  }

  set id(value) {
    overwrite(this, 'id', value)
  }

  /** `WWW-Authenticate` as RFC 6750 section 3 wants it; undefined where the answer is not about credentials. */
  get challenge(): string | undefined {
    const facts = refusalFactsOf(this)
    return facts && challengeOf(facts)
  }

  set challenge(value) {
    overwrite(this, 'challenge', value)
  }

  /** Every header of the answer. Express's own error handler sends them too. */
  get headers(): Record<string, string> {
    const facts = refusalFactsOf(this)
    return facts === undefined ? {} : headersOf(facts)
  }

  set headers(value) {
    overwrite(this, 'headers', value)
  }
}

/** What is computed when it is asked for can be written on like the other members. */
function overwrite(error: ReverseJwtError, name: 'challenge' | 'headers' | 'id', value: unknown): void {
  Object.defineProperty(error, name, { value, configurable: true, enumerable: true, writable: true })
}

/**
 * The caller's token is no good: 400, 401 or 403.
 *
 *     HTTP/1.1 401 Unauthorized
 *     WWW-Authenticate: Bearer realm="reverse-jwt", error="invalid_token", error_description="The token has expired. ..."
 *     Cache-Control: no-store
 *
 * `description` may be shown to anyone. `cause` is the true reason where the public one is deliberately vague
 * (`token_not_verified`): log it, never send it. RFC 6750 section 3.1.
 */
export class AuthenticationError extends ReverseJwtError {
  declare readonly code: RefusalCode

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(code, refusals[code], details)
  }

  static {
    this.prototype.name = 'AuthenticationError'
  }
}

/**
 * The platform cannot tell whether the token is good: 503 with `Retry-After`.
 *
 * A store may throw it; whatever else a store throws is wrapped in `store_unavailable`, with the original as `cause`. What a
 * store says in `description` is not sent to the caller of a token: only the sentence of the code is.
 *
 * @example
 * throw new StoreError('store_unavailable', { cause: error })
 */
export class StoreError extends ReverseJwtError {
  declare readonly code: OutageCode

  constructor(code: OutageCode, details: OutageDetails = {}) {
    super(code, outages[code], details)
  }

  static {
    this.prototype.name = 'StoreError'
  }
}

/**
 * What an error of these two classes was made with, whatever was written on it since, also where another copy of this package
 * made it. Undefined for anything else.
 */
export function refusalFactsOf(error: unknown): RefusalFacts | undefined {
  const facts = factsOf(error)
  if (facts === undefined) return factsFromOtherCopy(factsOfOtherCopy(error))
  return 'retry' in facts ? (facts as RefusalFacts) : undefined
}

/** The code decides what is answered, by the table of this copy. The rest is details, where they are what they should be. */
function factsFromOtherCopy(given: Readonly<Record<string, unknown>> | undefined): RefusalFacts | undefined {
  const code = given?.code
  if (given === undefined || typeof code !== 'string') return undefined
  if (!isOutageCode(code) && !isRefusalCode(code)) return undefined
  const { description, cause, realm, serverTime, scope, instance } = given
  const details = {
    description: typeof description === 'string' ? description : undefined,
    cause,
    realm: typeof realm === 'string' ? realm : undefined,
    serverTime: Number.isFinite(serverTime) ? (serverTime as number) : undefined,
    scope: Array.isArray(scope) && scope.every(isScopeName) ? scope : undefined,
    instance: new Instance(typeof instance === 'object' && instance !== null ? instance : undefined),
  }
  const error = isOutageCode(code) ? new StoreError(code, details) : new AuthenticationError(code, details)
  return factsOf(error) as RefusalFacts
}

/** The error that these are the facts of. */
export function errorFrom(facts: RefusalFacts): AuthenticationError | StoreError {
  const { code } = facts
  return isOutageCode(code)
    ? new StoreError(code, facts as OutageDetails)
    : new AuthenticationError(code, facts as RefusalDetails)
}

/** What only a verifier knows of its refusal. A time that is no number is not known. */
interface VerifierFacts {
  realm: string | undefined
  serverTime: number
}

/**
 * The refusal or outage that was thrown, with what only its verifier knows; undefined for anything else. It is the same object, which
 * nobody has seen yet, for this runs for every refused request. What is not fresh is made anew: a refusal of another copy of this
 * package, of another verifier, or one that is frozen.
 */
export function refusalWith(
  thrown: unknown,
  known: Readonly<VerifierFacts>,
): AuthenticationError | StoreError | undefined {
  const facts = refusalFactsOf(thrown)
  if (facts === undefined) return undefined
  const refusal = isFresh(thrown, facts) ? (thrown as AuthenticationError | StoreError) : errorFrom(facts)
  complete(refusal, known)
  complete(factsOf(refusal) as RefusalFacts, known)
  return refusal
}

function isFresh(thrown: unknown, facts: RefusalFacts): boolean {
  return factsOf(thrown) === facts && facts.realm === undefined && !Object.isFrozen(thrown)
}

function complete(target: VerifierFacts, { realm, serverTime }: Readonly<VerifierFacts>): void {
  target.realm = realm
  if (Number.isFinite(serverTime)) target.serverTime = serverTime
}

/** Turns what a store threw into an outage of its own: the store may throw one object for many requests. */
export function outageFrom(thrown: unknown, reason?: OutageReason): StoreError {
  const facts = refusalFactsOf(thrown)
  if (facts === undefined || !isOutageCode(facts.code))
    return new StoreError('store_unavailable', { cause: thrown, reason })
  const { code, cause } = facts
  const otherwise = code === 'replay_store_full' ? code : reason
  return new StoreError(code, {
    cause,
    reason: outageReasonIn(facts) ?? otherwise,
  })
}

/** Stores without TypeScript say anything. */
export function outageReasonIn(facts: RefusalFacts | undefined): OutageReason | undefined {
  return outageReasons.find((reason) => reason === facts?.reason)
}

/** Every header of the answer. */
export function headersOf(facts: RefusalFacts): Record<string, string> {
  const challenge = challengeOf(facts)
  return {
    'Cache-Control': 'no-store',
    ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
    ...retryAfter(facts.status),
  }
}
