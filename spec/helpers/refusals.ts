import { expect } from '@jest/globals'
import type { Response } from 'supertest'
import { errorFrom, refusalFactsOf } from '../../lib/errors.js'
import type { OutageCode, RefusalCode } from '../../lib/index.js'

export type Code = RefusalCode | OutageCode
/** Those that a project token can meet. */
export type ProjectTokenCode = Exclude<Code, 'session_revoked'>

/** What the platform's users have written down of each code. Kept apart from the table in lib on purpose. */
export const answers: Readonly<
  Record<
    Code,
    readonly [status: number, error: string | undefined, retry: string, title: string, description: string]
  >
> = {
  credentials_missing: [
    401,
    undefined,
    'fresh-token',
    'No project token',
    'The request has no project token. Send one as Authorization: Bearer.',
  ],
  request_malformed: [
    400,
    'invalid_request',
    'no',
    'Malformed request',
    'The request must carry exactly one well-formed project token.',
  ],
  token_malformed: [
    401,
    'invalid_token',
    'no',
    'Malformed token',
    'The token is not a well-formed compact JWS with a JSON claims set.',
  ],
  algorithm_not_allowed: [
    401,
    'invalid_token',
    'no',
    'Algorithm not allowed',
    'The alg of the token is not one that is accepted here.',
  ],
  token_type_not_allowed: [
    401,
    'invalid_token',
    'no',
    'Token type not allowed',
    'The typ of the token is not that of a project token.',
  ],
  claim_missing: [401, 'invalid_token', 'no', 'Claim missing', 'The token lacks a required claim.'],
  claim_invalid: [
    401,
    'invalid_token',
    'no',
    'Claim invalid',
    'A claim of the token has a value that is not allowed.',
  ],
  token_lifetime_too_long: [
    401,
    'invalid_token',
    'no',
    'Token lifetime too long',
    'The token lives longer than is accepted here. Sign it with a shorter lifetime.',
  ],
  audience_mismatch: [
    401,
    'invalid_token',
    'no',
    'Audience mismatch',
    'The aud of the token is not the audience of this platform.',
  ],
  token_not_verified: [
    401,
    'invalid_token',
    'no',
    'Token not verified',
    'The token could not be verified. Check that proj_id, kid and alg are those of a registered, active key and that this key signed it.',
  ],
  issuer_mismatch: [
    401,
    'invalid_token',
    'no',
    'Issuer mismatch',
    'The iss of the token is not the issuer of the project.',
  ],
  token_expired: [
    401,
    'invalid_token',
    'fresh-token',
    'Token expired',
    'The token has expired. Sign a new one for each call.',
  ],
  token_not_active: [
    401,
    'invalid_token',
    'fresh-token',
    'Token not active yet',
    'The token is not valid yet. Check the clock of the server that signs it.',
  ],
  session_revoked: [
    401,
    'invalid_token',
    'fresh-token',
    'Session ended',
    'The session has ended before its time: the platform or its owner ended it. Get a new one with a new project token.',
  ],
  token_replayed: [
    401,
    'invalid_token',
    'if-idempotent',
    'Token already used',
    'The token has been used before, so a first copy of this request may have run. Sign a new token for each call.',
  ],
  origin_not_allowed: [
    403,
    'access_denied',
    'no',
    'Origin not allowed',
    'The token may not be used from this origin.',
  ],
  project_suspended: [
    403,
    'access_denied',
    'no',
    'Project suspended',
    'The project is suspended by the platform.',
  ],
  scope_insufficient: [
    403,
    'insufficient_scope',
    'no',
    'Scope insufficient',
    'The token does not grant what this resource requires.',
  ],
  store_unavailable: [
    503,
    'temporarily_unavailable',
    'later',
    'Temporarily unavailable',
    'The token cannot be checked right now. Try again shortly.',
  ],
  replay_store_full: [
    503,
    'temporarily_unavailable',
    'later',
    'Temporarily unavailable',
    'Too many tokens are in use right now. Try again shortly.',
  ],
}

/** The usual text of a code. */
export const descriptionOf = (code: Code): string => answers[code][4]

/** The text for a token that is for somebody else. */
export function otherAudience(ours: string): string {
  return `The token is for another audience. This platform is ${ours}`
}

/** What a verifier says instead where it can count or name something. Each number of seconds is an N. */
const measured: Partial<Record<Code, string>> = {
  token_expired:
    'The token expired N s ago. Sign a new one for each call. If it was new, check the clock of the server that signs.',
  token_not_active: 'The token is not valid before N s from now. Check the clock of the server that signs.',
  token_lifetime_too_long: 'The token lives N s. Sign it for N s or less.',
  audience_mismatch: otherAudience('https://platform.example'),
}

/** What a verifier says by default. */
export const saidOf = (code: Code): string => measured[code] ?? descriptionOf(code)

/** The numbers of seconds are asserted where the sentences are made. */
export const withoutSeconds = (text: string) => text.replace(/\b(?:\d[\d.e+]*|Infinity) s\b/g, 'N s')

/** The text where the times of a token are in the wrong unit. */
export const inMilliseconds = 'The times of the token look like milliseconds. Use seconds since 1970.'

/** The texts where a rule needs an Origin. */
export const noOrigin = 'The request has no Origin header, and needs one here.'
export const nullOrigin =
  'The Origin of the request is null, which names no page. It is so in sandboxed frames, and in form posts under Referrer-Policy: no-referrer.'

/** The text where a claim has a value that is not allowed. */
export const invalidClaim = (name: string) =>
  `The claim ${name} of the token has a value that is not allowed.`

/** The text where a claim is not there. */
export const missingClaim = (name: string) => `The token lacks the claim ${name}.`

/** The text where the header says something that no project token says. */
export const refusedParameter = (name: string) =>
  `The header of the token has the parameter ${name}, which is not accepted.`

/** The texts where a request is malformed. */
export const twoAuthorizations = 'There is more than one Authorization header.'
export const twoOrigins = 'There is more than one Origin header.'
export const tokenInQuery = 'A token must not be in the URL, where logs and histories keep it.'
export const notOneToken = 'The Bearer scheme must be followed by one token.'
export const twoPlaces = 'There is a token in the header and in the body.'
export const badField = 'The form must have one access_token.'
export const tooLong = 'The token is longer than is accepted here.'

export const badKid = 'The header of the token needs a kid of 1 to 256 characters.'

/** The exact WWW-Authenticate of a code with the default realm; undefined where there is none. `scope` is what the resource requires. */
export function challengeOf(
  code: Code,
  description = descriptionOf(code),
  scope?: readonly string[],
): string | undefined {
  const [, error] = answers[code]
  if (error === undefined) return 'Bearer realm="reverse-jwt"'
  if (!['invalid_request', 'invalid_token', 'insufficient_scope'].includes(error)) return undefined
  const end = scope === undefined ? '' : `, scope="${scope.join(' ')}"`
  return `Bearer realm="reverse-jwt", error="${error}", error_description="${description}"${end}`
}

/** Rejects with exactly this code, its status and its words, the challenge included. */
export async function expectRefusal(
  outcome: Promise<unknown>,
  code: Code,
  description = saidOf(code),
  scope?: readonly string[],
): Promise<void> {
  const [status, error, retry, title] = answers[code]
  const thrown: unknown = await outcome.then(
    () => new Error('accepted'),
    (reason: unknown) => reason,
  )
  expect(thrown).toMatchObject({ code, status, error, retry, title })
  const said = thrown as { description: string; message: string; challenge?: string }
  expect(withoutSeconds(said.description)).toBe(withoutSeconds(description))
  expect(said.message).toBe(said.description)
  expect(said.challenge).toBe(challengeOf(code, said.description, scope))
}

/** The same for a step on its own, which knows no realm: the verifier adds that. */
export function expectStepRefusal(step: () => unknown, code: Code, description?: string): Promise<void> {
  const outcome = Promise.resolve()
    .then(step)
    .catch((error: unknown) => {
      const facts = refusalFactsOf(error)
      if (facts === undefined) throw error
      expect(facts.realm).toBeUndefined()
      throw errorFrom({ ...facts, realm: 'reverse-jwt' })
    })
  return expectRefusal(outcome, code, description)
}

/** Has exactly the status and the headers of this code, whatever wrote the body. */
export function expectHeaders(
  { status, headers }: Response,
  code: Code,
  description = saidOf(code),
  scope?: readonly string[],
): void {
  const [expected, , retry] = answers[code]
  expect(status).toBe(expected)
  const challenge = headers['www-authenticate']
  expect(challenge && withoutSeconds(challenge)).toBe(challengeOf(code, withoutSeconds(description), scope))
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['retry-after']).toBe(retry === 'later' ? '5' : undefined)
}

/** Is exactly the answer of this code, headers and problem details included. Only the time is that of the platform. */
export function expectAnswer(
  response: Response,
  code: Code,
  description = saidOf(code),
  scope?: readonly string[],
): void {
  const [status, error, retry, title] = answers[code]
  expect(response.body).toEqual({
    type: `https://unpkg.com/reverse-jwt/docs/errors/${code}.md`,
    title,
    status,
    detail: expect.any(String),
    instance: expect.stringMatching(/^urn:uuid:[\da-f-]{36}$/),
    ...(error !== undefined && { error }),
    code,
    retry,
    server_time: expect.any(Number),
  })
  const { detail } = response.body as { detail: string }
  expect(withoutSeconds(detail)).toBe(withoutSeconds(description))
  expectHeaders(response, code, detail, scope)
  expect(response.headers['content-type']).toBe('application/problem+json')
}
