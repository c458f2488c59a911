/**
 * What a caller can do about it.
 *
 * `no`: nothing with this request. `fresh-token`: the request did not run; send it again with a new token. `if-idempotent`: a
 * first copy of it may have run, so send it again, with a new token, only where running twice does no harm. `later`: wait
 * `Retry-After` seconds, then send it with a new token.
 */
export type Retry = 'no' | 'fresh-token' | 'if-idempotent' | 'later'

/** HTTP status, OAuth error (RFC 6749, RFC 6750), retry, RFC 9457 title, description (only characters that RFC 6750 allows). */
export type Answer = readonly [
  status: 400 | 401 | 403 | 503,
  error: string | undefined,
  retry: Retry,
  title: string,
  description: string,
]

/** Why a caller is refused, one line a code. The only place that knows what a code looks like from outside. */
// prettier-ignore
export const refusals = {
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
  session_revoked: [401, 'invalid_token', 'fresh-token', 'Session ended', 'The session has ended before its time: the platform or its owner ended it. Get a new one with a new project token.'],
  token_replayed: [401, 'invalid_token', 'if-idempotent', 'Token already used', 'The token has been used before, so a first copy of this request may have run. Sign a new token for each call.'],
  origin_not_allowed: [403, 'access_denied', 'no', 'Origin not allowed', 'The token may not be used from this origin.'],
  project_suspended: [403, 'access_denied', 'no', 'Project suspended', 'The project is suspended by the platform.'],
  scope_insufficient: [403, 'insufficient_scope', 'no', 'Scope insufficient', 'The token does not grant what this resource requires.'],
} as const satisfies Record<string, Answer>

/** Why the platform cannot tell. Never the caller's fault, never a pass. */
// prettier-ignore
export const outages = {
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
  | 'replay_project_rate' | 'busy' | 'clock' | 'crypto' | 'key_set_failed' | 'project_key_set_failed' | 'revocations_failed' | 'revocations_stale'
  | 'signer_failed'

// prettier-ignore
export const outageReasons: readonly OutageReason[] = [
  'key_store_failed', 'key_store_late', 'replay_store_failed', 'replay_store_late', 'replay_store_full',
  'replay_project_rate', 'busy', 'clock', 'crypto', 'key_set_failed', 'project_key_set_failed', 'revocations_failed', 'revocations_stale',
  'signer_failed',
]

export function isRefusalCode(code: unknown): code is RefusalCode {
  return Object.hasOwn(refusals, code as RefusalCode)
}

export function isOutageCode(code: unknown): code is OutageCode {
  return Object.hasOwn(outages, code as OutageCode)
}
