import { expect } from '@jest/globals'
import type { Response } from 'supertest'
import {
  MemoryReplayStore,
  type FaceOptions,
  type OutageCode,
  type ProjectWithKeys,
  type RefusalCode,
  type VerifierOptions,
} from '../../lib/index.js'
import { mint, now, type Override } from './mint.js'
import { rivalKeys, shop } from './platform.js'
import { answers } from './refusals.js'

type Code = RefusalCode | OutageCode

/** How to be refused with a code, and the public words of that refusal. */
export interface Provocation {
  readonly title: string
  readonly detail: string
  /** The Authorization headers of the requests to send. All but the last are accepted. */
  readonly authorizations: () => readonly (string | undefined)[]
  readonly options?: () => Partial<VerifierOptions & FaceOptions>
  readonly projects?: readonly ProjectWithKeys[]
  /** What the challenge has besides realm, error and error_description. */
  readonly challengeEnd?: string
}

const once = (override?: Override) => () => [`Bearer ${mint(override)}`]

/** One for each code. The words are written out here on purpose: nothing of lib's table takes part. */
export const provocations: Readonly<Record<Code, Provocation>> = {
  credentials_missing: {
    title: 'No project token',
    detail: 'The request has no project token. Send one as Authorization: Bearer.',
    authorizations: () => [undefined],
  },
  request_malformed: {
    title: 'Malformed request',
    detail: 'The Bearer scheme must be followed by one token.',
    authorizations: () => [`Bearer ${mint()} ${mint()}`],
  },
  token_malformed: {
    title: 'Malformed token',
    detail: 'The token is not a well-formed compact JWS with a JSON claims set.',
    authorizations: () => [`Bearer ${mint()}.`],
  },
  algorithm_not_allowed: {
    title: 'Algorithm not allowed',
    detail: 'The alg of the token is not one that is accepted here.',
    authorizations: once({ header: { alg: 'HS256' } }),
  },
  token_type_not_allowed: {
    title: 'Token type not allowed',
    detail: 'The typ of the token is not that of a project token.',
    authorizations: once({ header: { typ: 'at+jwt' } }),
  },
  claim_missing: {
    title: 'Claim missing',
    detail: 'The token lacks the claim jti.',
    authorizations: once({ claims: { jti: undefined } }),
  },
  claim_invalid: {
    title: 'Claim invalid',
    detail: 'The claim jti of the token has a value that is not allowed.',
    authorizations: once({ claims: { jti: 7 } }),
  },
  token_lifetime_too_long: {
    title: 'Token lifetime too long',
    detail: 'The token lives longer than is accepted here. Sign it with a shorter lifetime.',
    authorizations: once({ claims: { exp: now + 291 } }),
  },
  audience_mismatch: {
    title: 'Audience mismatch',
    detail: 'The aud of the token is not the audience of this platform.',
    authorizations: once({ claims: { aud: 'https://another.example' } }),
  },
  token_not_verified: {
    title: 'Token not verified',
    detail:
      'The token could not be verified. Check that proj_id, kid and alg are those of a registered, active key and that this key signed it.',
    authorizations: once({ privateKey: rivalKeys.privateKey }),
  },
  issuer_mismatch: {
    title: 'Issuer mismatch',
    detail: 'The iss of the token is not the issuer of the project.',
    authorizations: once({ claims: { iss: 'rival' } }),
  },
  token_expired: {
    title: 'Token expired',
    detail: 'The token has expired. Sign a new one for each call.',
    authorizations: once({ claims: { iat: now - 100, exp: now - 5 } }),
  },
  token_not_active: {
    title: 'Token not active yet',
    detail: 'The token is not valid yet. Check the clock of the server that signs it.',
    authorizations: once({ claims: { iat: now + 6 } }),
  },
  token_replayed: {
    title: 'Token already used',
    detail: 'The token has been used before. Sign a new one for each call.',
    authorizations: () => Array.from({ length: 2 }).fill(`Bearer ${mint()}`) as string[],
  },
  origin_not_allowed: {
    title: 'Origin not allowed',
    detail: 'The token may not be used from this origin.',
    authorizations: once({ claims: { origin: 'https://shop.example' } }),
  },
  project_suspended: {
    title: 'Project suspended',
    detail: 'The project is suspended by the platform.',
    authorizations: once(),
    projects: [shop(['ES256'], { suspended: true })],
  },
  scope_insufficient: {
    title: 'Scope insufficient',
    detail: 'The token does not grant what this resource requires.',
    authorizations: once(),
    options: () => ({ scope: ['portal:read', 'portal:admin'] }),
    challengeEnd: ', scope="portal:read portal:admin"',
  },
  store_unavailable: {
    title: 'Temporarily unavailable',
    detail: 'The token cannot be checked right now. Try again shortly.',
    authorizations: once(),
    options: () => ({ keyStore: { find: () => Promise.reject(new Error('connect ECONNREFUSED')) } }),
  },
  replay_store_full: {
    title: 'Temporarily unavailable',
    detail: 'Too many tokens are in use right now. Try again shortly.',
    authorizations: () => [`Bearer ${mint()}`, `Bearer ${mint()}`],
    options: () => ({ replayStore: new MemoryReplayStore({ capacity: 1, clock: () => now }) }),
  },
}

/** For `it.each`. */
export const every = Object.entries(provocations) as [Code, Provocation][]

/** The challenge word for word, from nothing but the contract. */
function challenge(code: Code): string | undefined {
  const { detail, challengeEnd = '' } = provocations[code]
  const [, error] = answers[code]
  if (error === undefined) return 'Bearer realm="reverse-jwt"'
  if (!['invalid_request', 'invalid_token', 'insufficient_scope'].includes(error)) return undefined
  return `Bearer realm="reverse-jwt", error="${error}", error_description="${detail}"${challengeEnd}`
}

/** Has exactly the status and the headers of what was provoked. */
export function expectHeaders(answer: Response, code: Code): void {
  const [status, , retry] = answers[code]
  expect(answer.status).toBe(status)
  expect(answer.headers['www-authenticate']).toBe(challenge(code))
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['retry-after']).toBe(retry === 'later' ? '5' : undefined)
}
