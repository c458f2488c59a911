import { eventListeners } from '../../events/listeners.js'
import type { VerifierEvent } from '../../events/verifier-event.js'
import { flag, required, seconds, text } from '../../options/kinds.js'
import { optionsReader, type OptionsOf, type Values, type Wrong } from '../../options/options.js'
import { shown } from '../../options/quoted.js'
import { algorithmNamed, limits, parseUrl, type Algorithm } from '../../protocol.js'
import type { KeySetEvent, RevocationsEvent } from '../../events/read-event.js'
import type { RevocationReader } from '../../revocations/revocation-store.js'
import { clock } from '../../time/clock.js'
import { verifierOptions } from '../../verify/options.js'
import { isSecureAddress, issuerOption } from '../issuer-address.js'
import { sessionAlgorithms, sessionKey } from '../session-key.js'
import { fixedKeySet, sharedKeySet, type SessionKeySet, type SharedKeySet } from './key-set.js'

/** What a verifier of sessions tells of. */
export type SessionVerifierEvent = VerifierEvent | KeySetEvent | RevocationsEvent
export type SessionVerifierEventListener = (event: SessionVerifierEvent) => unknown

/** Where the keys of the issuer are: at an address, at hand, or in a session issuer of the same process. */
export type SessionKeysInput =
  { readonly jwksUri: string | URL } | { readonly jwks: object } | { readonly wellKnown: () => unknown }

/** The list of the platform's `revocationList()`. */
export interface PulledRevocationsOptions {
  /** https, or http on this machine alone: whoever could answer in its place could leave entries out. */
  readonly url: string | URL
  /** What lets this service read it, such as an Authorization header. Called before each read. */
  readonly headers?: () => HeadersInput | Promise<HeadersInput>
  /** Seconds between two reads. Default 10, from 1 to 60. */
  readonly interval?: number
  /** Seconds after which a list says nothing any more and sessions are answered 503. Default 60, from 10 to 300. */
  readonly maxStaleness?: number
}

type HeadersInput = ConstructorParameters<typeof Headers>[0]

/** Options of a verifier of sessions. Seconds. */
export interface SessionVerifierOptions {
  /** `iss` of the sessions: `https://platform.example`. */
  readonly issuer: string
  /** `aud` of the sessions. Default: the issuer. */
  readonly audience?: string
  /** Default: where the metadata of the issuer say, `/.well-known/oauth-authorization-server`. */
  readonly keys?: SessionKeysInput
  /** Default RS256, ES256, PS256, EdDSA. A session must also use the one that its key is for. */
  readonly algorithms?: readonly ('RS256' | 'ES256' | 'PS256' | 'EdDSA' | 'Ed25519')[]
  /** How far clocks may differ. Default 10, at most 60. */
  readonly clockTolerance?: number
  /** The longest accepted lifetime. Default and at most 3600. */
  readonly maxLifetime?: number
  /** Refuse requests without an Origin header. Browsers send none on same-origin GETs. Default false. */
  readonly requireOrigin?: boolean
  /** Which sessions have ended early. Absent: they end by `exp` alone. */
  readonly revocations?: PulledRevocationsOptions | RevocationReader
  /** `realm` of the challenge. Default `reverse-jwt`. */
  readonly realm?: string
  /** Epoch seconds. Default: the system's clock. */
  readonly clock?: () => number
  /** Told what became of each session, and of each read of keys and revocations: one listener, or a list of them. */
  readonly onEvent?: SessionVerifierEventListener | readonly SessionVerifierEventListener[]
}

/** The shortest accepted interval of a list that is read by address. */
const minInterval = 1

const pulledOptions = {
  url: required(address, 'the address of the list'),
  headers: headersOption,
  interval: seconds({ default: 10, min: minInterval, max: 60 }),
  maxStaleness: seconds({ default: 60, min: 10, max: 300 }),
} satisfies OptionsOf<PulledRevocationsOptions>

const readPulled = optionsReader('revocations', pulledOptions)

export type PulledRevocationsSettings = Values<typeof pulledOptions>

export const sessionVerifierOptions = {
  issuer: required(issuerOption, 'the iss of the sessions, such as https://platform.example'),
  audience: text({ fits: (name) => name !== '', what: 'a non-empty string' }),
  keys,
  algorithms,
  clockTolerance: seconds({ ...limits.clockTolerance, min: 0 }),
  maxLifetime: seconds({ default: limits.lifetime.max, min: 1, max: limits.lifetime.max }),
  requireOrigin: flag,
  revocations,
  realm: verifierOptions.realm,
  clock,
  onEvent: eventListeners<SessionVerifierEvent>(),
} satisfies OptionsOf<SessionVerifierOptions>

export type SessionVerifierSettings = Values<typeof sessionVerifierOptions>

function address(given: unknown, wrong: Wrong): URL | undefined {
  if (given === undefined) return undefined
  const url = given instanceof URL ? given : parseUrl(given)
  const isPlain = url?.username === '' && url.password === ''
  if (url !== undefined && isSecureAddress(url) && isPlain) return url
  throw wrong(
    'must be an address that begins with https, or http on this machine alone, without a user in it',
  )
}

function headersOption(given: unknown, wrong: Wrong): PulledRevocationsOptions['headers'] {
  if (given === undefined || typeof given === 'function') return given as PulledRevocationsOptions['headers']
  throw wrong('must be a function that returns headers')
}

/** Undefined: by the metadata of the issuer. */
function keys(given: unknown, wrong: Wrong): SessionKeySet | SharedKeySet | URL | undefined {
  if (given === undefined) return undefined
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong('must be { jwksUri }, { jwks } or a session issuer')
  const ofIssuer = sharedKeySet(given)
  if (ofIssuer !== undefined) return ofIssuer
  const { jwksUri, jwks, ...others } = given as Record<string, unknown>
  if (Object.keys(others).length > 0 || (jwksUri === undefined) === (jwks === undefined))
    throw wrong('must have jwksUri or jwks, and nothing else')
  if (jwksUri !== undefined) return address(jwksUri, (what) => wrong(`has a jwksUri that ${what}`))
  const { keys } = jwks as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0) throw wrong('has a jwks that must be { keys: [...] }')
  return fixedKeySet(
    keys.map((jwk) => {
      try {
        return sessionKey(jwk)
      } catch (error) {
        throw wrong(`has a jwks with a key that cannot be used: ${(error as Error).message}`)
      }
    }),
  )
}

function algorithms(given: unknown, wrong: Wrong): ReadonlySet<Algorithm> {
  if (given === undefined) return new Set(sessionAlgorithms)
  if (!Array.isArray(given) || given.length === 0) throw wrong('must be a list of at least one algorithm')
  return new Set(
    Array.from(given as unknown[], (name) => {
      const alg = algorithmNamed(name)
      if (alg !== undefined && sessionAlgorithms.includes(alg)) return alg
      throw wrong(`has${shown(name) || ' an unknown name'}; it can have ${sessionAlgorithms.join(', ')}`)
    }),
  )
}

function revocations(given: unknown, wrong: Wrong): PulledRevocationsSettings | RevocationReader | undefined {
  if (given === undefined) return undefined
  if (isReader(given)) return given
  if (typeof given !== 'object' || given === null)
    throw wrong(
      'must be { url }, or what tells which sessions have ended, such as new RegistryRevocations({ store })',
    )
  const settings = readPulled(given)
  if (settings.maxStaleness >= 2 * settings.interval) return settings
  throw wrong('must have a maxStaleness of twice its interval or more: a read may be late, or fail once')
}

export function isReader(value: unknown): value is RevocationReader {
  return typeof (value as { isRevoked?: unknown } | null | undefined)?.isRevoked === 'function'
}
