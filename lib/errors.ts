import { challengeOf } from './http/challenge.js'
import { factsOf, factsOfOtherCopy, HttpError, type ErrorFacts } from './http/http-error.js'
import { Instance } from './http/instance.js'
import { retryAfter } from './http/retry-after.js'
import { isScopeName } from './protocol.js'

/**
 * What a caller can do about it.
 *
 * `no`: nothing with this request. `fresh-token`: the request did not run; send it again with a new token. `if-idempotent`: a
 * first copy of it may have run, so send it again, with a new token, only where running twice does no harm. `later`: wait
 * `Retry-After` seconds, then send it with a new token.
 */
export type Retry = 'no' | 'fresh-token' | 'if-idempotent' | 'later'

/** HTTP status, OAuth error (RFC 6749, RFC 6750), retry, RFC 9457 title, description (only characters that RFC 6750 allows). */
type Answer = readonly [
  status: 400 | 401 | 403 | 503,
  error: string | undefined,
  retry: Retry,
  title: string,
  description: string,
]

/** Why a caller is refused, one line a code. The only place that knows what a code looks like from outside. */
// prettier-ignore
const refusals = {
  credentials_missing: [401, undefined, 'fresh-token', 'No project token', 'The request has no project token. Send one as Authorization: Bearer.'],
  request_malformed: [400, 'invalid_request', 'no', 'Malformed request', 'The request must carry exactly one well-formed project token.'],
  token_malformed: [401, 'invalid_token', 'no', 'Malformed token', 'The token is not a well-formed compact JWS with a JSON claims set.'],
  algorithm_not_allowed: [401, 'invalid_token', 'no', 'Algorithm not allowed', 'The alg of the token is not one that is accepted here.'],
  token_type_not_allowed: [401, 'invalid_token', 'no', 'Token type not allowed', 'The typ of the token is not that of a project token.'],
  claim_missing: [401, 'invalid_token', 'no', 'Claim missing', 'The token lacks a required claim.'],
  claim_invalid: [401, 'invalid_token', 'no', 'Claim invalid', 'A claim of the token has a value that is not allowed.'],
  token_lifetime_too_long: [401, 'invalid_token', 'no', 'Token lifetime too long', 'The token lives longer than is accepted here. Sign it with a shorter lifetime.'],
  audience_mismatch: [401, 'invalid_token', 'no', 'Audience mismatch', 'The aud of the token is not the audience of this platform.'],
  token_not_verified: [401, 'invalid_token', 'no', 'Token not verified', 'The token could not be verified. Check that proj_id, kid and alg are those of a registered, active key and that this key signed it.'],
  issuer_mismatch: [401, 'invalid_token', 'no', 'Issuer mismatch', 'The iss of the token is not the issuer of the project.'],
  token_expired: [401, 'invalid_token', 'fresh-token', 'Token expired', 'The token has expired. Sign a new one for each call.'],
  token_not_active: [401, 'invalid_token', 'fresh-token', 'Token not active yet', 'The token is not valid yet. Check the clock of the server that signs it.'],
  token_replayed: [401, 'invalid_token', 'if-idempotent', 'Token already used', 'The token has been used before, so a first copy of this request may have run. Sign a new token for each call.'],
  origin_not_allowed: [403, 'access_denied', 'no', 'Origin not allowed', 'The token may not be used from this origin.'],
  project_suspended: [403, 'access_denied', 'no', 'Project suspended', 'The project is suspended by the platform.'],
  scope_insufficient: [403, 'insufficient_scope', 'no', 'Scope insufficient', 'The token does not grant what this resource requires.'],
} as const satisfies Record<string, Answer>

/** Why the platform cannot tell. Never the caller's fault, never a pass. */
// prettier-ignore
const outages = {
  store_unavailable: [503, 'temporarily_unavailable', 'later', 'Temporarily unavailable', 'The token cannot be checked right now. Try again shortly.'],
  replay_store_full: [503, 'temporarily_unavailable', 'later', 'Temporarily unavailable', 'Too many tokens are in use right now. Try again shortly.'],
} as const satisfies Record<string, Answer>

export type RefusalCode = keyof typeof refusals
export type OutageCode = keyof typeof outages

/** Why a token was refused, for the platform alone. Behind the codes that tell a caller less, it says which of several it was. */
// prettier-ignore
export type RefusalReason =
  | RefusalCode
  | 'key_unknown' | 'key_foreign' | 'key_algorithm' | 'key_revoked' | 'key_expired' | 'key_not_active' | 'signature_bad'
  | 'origin_missing' | 'origin_not_claimed' | 'origin_not_of_project'

/** Why a token could not be checked, for the platform alone. */
// prettier-ignore
export type OutageReason =
  | 'key_store_failed' | 'key_store_late' | 'replay_store_failed' | 'replay_store_late' | 'replay_store_full'
  | 'replay_project_rate' | 'busy' | 'clock' | 'crypto'

// prettier-ignore
const outageReasons: readonly OutageReason[] = [
  'key_store_failed', 'key_store_late', 'replay_store_failed', 'replay_store_late', 'replay_store_full',
  'replay_project_rate', 'busy', 'clock', 'crypto',
]

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
}

export interface OutageDetails extends Omit<RefusalDetails, 'reason' | 'scope' | 'seconds'> {
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
    [status, error, retry, title, constant]: Answer,
    details: Omit<RefusalDetails, 'reason'> & { reason?: RefusalReason | OutageReason | undefined },
  ) {
    const { description = constant, cause, reason, seconds, scope, realm } = details
    const { serverTime = Date.now() / 1000 } = details
    // Of an error that is made anew with what only the verifier knows.
    const { instance = new Instance() } = details as { readonly instance?: Instance }
    // One literal: a spread would cost more than all checks of a token.
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
  const code = given?.code as RefusalCode | OutageCode
  if (given === undefined || typeof code !== 'string') return undefined
  if (!isOutage(code) && !Object.hasOwn(refusals, code)) return undefined
  const { description, cause, realm, serverTime, scope, instance } = given
  const details = {
    description: typeof description === 'string' ? description : undefined,
    cause,
    realm: typeof realm === 'string' ? realm : undefined,
    serverTime: Number.isFinite(serverTime) ? (serverTime as number) : undefined,
    scope: Array.isArray(scope) && scope.every(isScopeName) ? scope : undefined,
    instance: new Instance(typeof instance === 'object' && instance !== null ? instance : undefined),
  }
  const error = isOutage(code) ? new StoreError(code, details) : new AuthenticationError(code, details)
  return factsOf(error) as RefusalFacts
}

/** The error that these are the facts of. */
export function errorFrom(facts: RefusalFacts): AuthenticationError | StoreError {
  const { code } = facts
  return isOutage(code)
    ? new StoreError(code, facts as OutageDetails)
    : new AuthenticationError(code, facts as RefusalDetails)
}

/** Turns what a store threw into an outage of its own: the store may throw one object for many requests. */
export function outageFrom(thrown: unknown, reason?: OutageReason): StoreError {
  const facts = refusalFactsOf(thrown)
  if (facts === undefined || !isOutage(facts.code))
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

export function isOutage(code: RefusalCode | OutageCode): code is OutageCode {
  return Object.hasOwn(outages, code)
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
