import {
  MemoryReplayStore,
  type FaceOptions,
  type ProjectWithKeys,
  type VerifierOptions,
} from '../../lib/index.js'
import { mint, now, type Override } from './mint.js'
import { rivalKeys, shop } from './platform.js'
import { invalidClaim, missingClaim, noOrigin, notOneToken, type ProjectTokenCode } from './refusals.js'

/** How to be refused with a code. */
export interface Provocation {
  /** The Authorization headers of the requests to send. All but the last are accepted. */
  readonly authorizations: () => readonly (string | undefined)[]
  readonly options?: () => Partial<VerifierOptions & FaceOptions>
  readonly projects?: readonly ProjectWithKeys[]
  /** What is said in the place of the usual description. */
  readonly description?: string
  /** What the resource requires, for the challenge. */
  readonly scope?: readonly string[]
}

const once = (override?: Override) => () => [`Bearer ${mint(override)}`]

/** One for each code that a project token can meet. */
export const provocations: Readonly<Record<ProjectTokenCode, Provocation>> = {
  credentials_missing: {
    authorizations: () => [undefined],
  },
  request_malformed: {
    description: notOneToken,
    authorizations: () => [`Bearer ${mint()} ${mint()}`],
  },
  token_malformed: {
    authorizations: () => [`Bearer ${mint()}.`],
  },
  algorithm_not_allowed: {
    authorizations: once({ header: { alg: 'HS256' } }),
  },
  token_type_not_allowed: {
    authorizations: once({ header: { typ: 'at+jwt' } }),
  },
  claim_missing: {
    description: missingClaim('jti'),
    authorizations: once({ claims: { jti: undefined } }),
  },
  claim_invalid: {
    description: invalidClaim('jti'),
    authorizations: once({ claims: { jti: 7 } }),
  },
  token_lifetime_too_long: {
    authorizations: once({ claims: { exp: now + 291 } }),
  },
  audience_mismatch: {
    authorizations: once({ claims: { aud: 'https://another.example' } }),
  },
  token_not_verified: {
    authorizations: once({ privateKey: rivalKeys.privateKey }),
  },
  issuer_mismatch: {
    authorizations: once({ claims: { iss: 'rival' } }),
  },
  token_expired: {
    authorizations: once({ claims: { iat: now - 100, exp: now - 10 } }),
  },
  token_not_active: {
    authorizations: once({ claims: { iat: now + 11 } }),
  },
  token_replayed: {
    authorizations: () => Array.from({ length: 2 }).fill(`Bearer ${mint()}`) as string[],
  },
  origin_not_allowed: {
    description: noOrigin,
    authorizations: once({ claims: { origin: 'https://shop.example' } }),
  },
  project_suspended: {
    authorizations: once(),
    projects: [shop(['ES256'], { suspended: true })],
  },
  scope_insufficient: {
    authorizations: once(),
    options: () => ({ scope: ['portal:read', 'portal:admin'] }),
    scope: ['portal:read', 'portal:admin'],
  },
  store_unavailable: {
    authorizations: once(),
    options: () => ({ keyStore: { find: () => Promise.reject(new Error('connect ECONNREFUSED')) } }),
  },
  replay_store_full: {
    authorizations: () => [`Bearer ${mint()}`, `Bearer ${mint()}`],
    options: () => ({ replayStore: new MemoryReplayStore({ capacity: 1 }) }),
  },
}

/** For `it.each`. */
export const every = Object.entries(provocations) as [ProjectTokenCode, Provocation][]
