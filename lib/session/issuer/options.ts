import { eventListeners } from '../../events/listeners.js'
import { callback, hasMethod, objectWith, origins, required, seconds, text } from '../../options/kinds.js'
import { optionsReader, type OptionsOf, type Values, type Wrong } from '../../options/options.js'
import type { RevocationStore } from '../../revocations/revocation-store.js'
import { clock } from '../../time/clock.js'
import type { Authentication } from '../../types.js'
import type { Verifier } from '../../verifier.js'
import { issuerOption } from '../issuer-address.js'
import type { SessionIssuerEvent, SessionIssuerEventListener } from '../../events/session-event.js'
import type { SigningKeysInput } from './signing-keys.js'

/** Options of an issuer of sessions. Seconds. */
export interface SessionIssuerOptions {
  /**
   * Verifies the project tokens. Its `audience` should be `issuer`, or have it among its names: the token names the server that it is
   * for. RFC 7523 section 3.
   */
  readonly verifier: Verifier
  /** `iss` of the sessions: the platform's address, `https://platform.example`. http on this machine alone. RFC 8414 section 2. */
  readonly issuer: string
  /** `aud` of the sessions. Default: the issuer. */
  readonly audience?: string
  /**
   * Origins of the platform's own pages that customers' pages embed, `https://platform.example`. From these alone the form field
   * `embedder` counts, and is required: the origin of the customer's page, which stands in the place of the Origin. A browser lets
   * every script of such an origin say any embedder, so it serves the platform's own script, and no content of customers. Default:
   * none, that of `issuer` neither.
   */
  readonly ownOrigins?: readonly string[]
  /**
   * The platform's own keys, from its secret store: a list, or a function that is asked again each minute. While the function fails the
   * last keys are good for ten minutes.
   */
  readonly signingKeys: SigningKeysInput
  /** How long a session lives. Default 600, from 60 to 3600. */
  readonly lifetime?: number
  /** Where you mount `tokenEndpoint()`, for the metadata. Default `/oauth/token`. */
  readonly tokenPath?: string
  /** Where you mount `revocationEndpoint()`, for the metadata. Default `/oauth/revoke`. */
  readonly revocationPath?: string
  /**
   * Remembers which sessions have ended early. Absent: they end by `exp` alone, and the metadata have no `revocation_endpoint`.
   */
  readonly revocations?: RevocationStore
  /**
   * Further claims of a session. Their names have a `:` or a `/` in them, as `https://platform.example/plan`, so that none is taken for
   * a registered one. Called when the token is used up: what it throws goes to `next(error)`, and the page needs another token.
   */
  readonly claims?: (
    authentication: Authentication,
  ) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>
  /** Epoch seconds. Default: the system's clock. */
  readonly clock?: () => number
  /** Told of sessions that were issued and ended, and of failures: one listener, or a list of them. */
  readonly onEvent?: SessionIssuerEventListener | readonly SessionIssuerEventListener[]
}

const path = {
  fits: (path: string) => /^\/[\w\-./~]*$/.test(path) && !path.includes('//'),
  what: "a path such as '/oauth/token'",
}

const options = {
  verifier: projectVerifier,
  issuer: required(issuerOption, "the platform's address, such as https://platform.example"),
  audience: text({ fits: (name) => name !== '', what: 'a non-empty string' }),
  ownOrigins: origins,
  signingKeys,
  lifetime: seconds({ default: 600, min: 60, max: 3_600 }),
  tokenPath: text({ ...path, default: '/oauth/token' }),
  revocationPath: text({ ...path, default: '/oauth/revoke' }),
  revocations,
  claims: callback<NonNullable<SessionIssuerOptions['claims']>>('that returns further claims'),
  clock,
  onEvent: eventListeners<SessionIssuerEvent>(),
} satisfies OptionsOf<SessionIssuerOptions>

export type SessionIssuerSettings = Values<typeof options>

export const readSessionIssuerOptions = optionsReader('createSessionIssuer', options)

function projectVerifier(given: unknown, wrong: Wrong): Verifier {
  const verifier = objectWith<Verifier>('verify', 'what createVerifier returns')(given, wrong)
  // Only a verifier of sessions reads something in the background.
  if (hasMethod(given, 'close'))
    throw wrong('must be what createVerifier returns, for it verifies project tokens')
  return verifier
}

function signingKeys(given: unknown, wrong: Wrong): SigningKeysInput {
  if (Array.isArray(given) || typeof given === 'function') return given as SigningKeysInput
  throw wrong('must be a list of keys, [{ privateKey }], or a function that returns one')
}

function revocations(given: unknown, wrong: Wrong): RevocationStore | undefined {
  if (given === undefined) return undefined
  return objectWith<RevocationStore>(
    ['isRevoked', 'revoke', 'list'],
    'what remembers ended sessions, such as new RegistryRevocations({ store })',
  )(given, wrong)
}
