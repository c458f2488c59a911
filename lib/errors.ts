/** What a caller can do about it: nothing with this token, send a new one, or wait. */
export type Retry = 'no' | 'fresh-token' | 'later'

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
  token_replayed: [401, 'invalid_token', 'fresh-token', 'Token already used', 'The token has been used before. Sign a new one for each call.'],
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

const errorsOfTheChallenge = new Set<string>(['invalid_request', 'invalid_token', 'insufficient_scope'])
const retryAfterSeconds = 5

export interface ErrorDetails {
  /** Replaces the description of the table. A constant sentence: never a value out of a token. */
  description?: string
  /** The true reason, for the platform alone. */
  cause?: unknown
  /** Scopes that the resource requires, for the challenge of `scope_insufficient`. */
  scope?: readonly string[]
}

/** What AuthenticationError and StoreError have in common: all that an HTTP answer needs. */
export abstract class ReverseJwtError extends Error {
  declare readonly code: RefusalCode | OutageCode
  readonly status: Answer[0]
  /** OAuth error code, as in the challenge or the body. */
  readonly error: string | undefined
  readonly title: string
  readonly description: string
  readonly retry: Retry
  /** Epoch seconds by the verifier's clock: tells a caller how far its own is off. */
  serverTime = Date.now() / 1000
  /** Set by the verifier that refused. */
  realm: string | undefined
  private readonly scope: readonly string[] | undefined

  protected constructor(
    [status, error, retry, title, usual]: Answer,
    { description = usual, cause, scope }: ErrorDetails,
  ) {
    // A refusal is no defect: frames would cost more than the checks, and Express prints them.
    const limit = Error.stackTraceLimit
    Reflect.set(Error, 'stackTraceLimit', 0)
    super(description, cause === undefined ? undefined : { cause })
    Reflect.set(Error, 'stackTraceLimit', limit)
    this.status = status
    this.error = error
    this.retry = retry
    this.title = title
    this.description = description
    this.scope = scope
  }

  /** `WWW-Authenticate` as RFC 6750 section 3 wants it; undefined where the answer is not about credentials. */
  get challenge(): string | undefined {
    const { error } = this
    if (error !== undefined && !errorsOfTheChallenge.has(error)) return undefined
    const parameters: string[] = []
    if (this.realm !== undefined) parameters.push(`realm="${this.realm}"`)
    if (error !== undefined) parameters.push(`error="${error}"`, `error_description="${this.description}"`)
    if (this.scope !== undefined) parameters.push(`scope="${this.scope.join(' ')}"`)
    return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`
  }

  /** Every header of the answer. Express's own error handler sends them too. */
  get headers(): Record<string, string> {
    const challenge = this.challenge
    return {
      'Cache-Control': 'no-store',
      ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
      ...(this.retry === 'later' && { 'Retry-After': String(retryAfterSeconds) }),
    }
  }
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

  constructor(code: RefusalCode, details: ErrorDetails = {}) {
    super(refusals[code], details)
    this.code = code
  }

  static {
    this.prototype.name = 'AuthenticationError'
  }
}

/**
 * The platform cannot tell whether the token is good: 503 with `Retry-After`.
 *
 * A store may throw it; whatever else a store throws is wrapped in `store_unavailable`, with the original as `cause`.
 *
 * @example
 * throw new StoreError('store_unavailable', { cause: error })
 */
export class StoreError extends ReverseJwtError {
  declare readonly code: OutageCode

  constructor(code: OutageCode, details: Pick<ErrorDetails, 'cause'> = {}) {
    super(outages[code], details)
    this.code = code
  }

  static {
    this.prototype.name = 'StoreError'
  }
}

/** Turns what a store threw into an outage of its own: the store may throw one object for many requests. */
export function outageFrom(thrown: unknown): StoreError {
  try {
    if (thrown instanceof StoreError) return new StoreError(thrown.code, { cause: thrown.cause })
  } catch {
    // Some objects cannot even be asked what they are.
  }
  return new StoreError('store_unavailable', { cause: thrown })
}
