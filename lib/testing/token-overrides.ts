import { seconds } from '../options/kinds.js'
import { membersReader, type OptionsOf, type Wrong } from '../options/options.js'
import { signatureOf, type KeyPair } from './key-pair.js'

/** In what a token differs from an honest one. Seconds. */
export interface TokenOverrides {
  /** Members of the protected header to set: `{ typ: 'JWT' }`. One that is undefined is left out of the token. */
  readonly header?: Readonly<Record<string, unknown>> | undefined
  /** Claims to set: `{ aud: 'https://other.example' }`. One that is undefined is left out of the token. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** How long ago it was signed: a project token of 300 has expired, and one of -300 is not active yet. Default 0. */
  readonly age?: number | undefined
  /** How long it lives, `exp` - `iat`. Default 120, and 600 for a session. */
  readonly expiresIn?: number | undefined
  /** Claims that somebody has changed after it was signed: `{ scope: 'admin' }`. Its signature does not match any more. */
  readonly tampered?: Readonly<Record<string, unknown>> | undefined
}

/** What the token of a test is made of. */
interface Honest {
  readonly keyPair: KeyPair
  readonly typ: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly expiresIn: number
}

const year = 31_536_000

const overrides = {
  header: members,
  claims: members,
  age: seconds({ default: 0, min: -year, max: year }),
  expiresIn: seconds({ min: 0, max: year }),
  tampered: members,
} satisfies OptionsOf<TokenOverrides>

const readOverrides = membersReader('sign', overrides, 'override')
const readRequest = membersReader('headers', { ...overrides, origin: page }, 'override')

/** The origin of the page that calls; false: none is sent. */
type Page = string | false | undefined

export interface RequestOverrides extends TokenOverrides {
  readonly origin?: Page
}

/** Signs a compact JWS, RFC 7515 section 7.1. Nothing of the claims is checked: a test needs the wrong ones. */
export function signToken(
  { keyPair, typ, claims: honest, expiresIn }: Honest,
  given: TokenOverrides,
): string {
  const { header, claims, age, expiresIn: lifetime = expiresIn, tampered } = readOverrides(given)
  const iat = Math.floor(Date.now() / 1000) - age
  const protectedHeader = encoded({ alg: keyPair.alg, kid: keyPair.kid, typ, ...header })
  const all = { ...honest, jti: crypto.randomUUID(), iat, exp: iat + lifetime, ...claims }
  const payload = encoded(all)
  const signature = signatureOf(`${protectedHeader}.${payload}`, keyPair)
  if (tampered === undefined) return `${protectedHeader}.${payload}.${signature}`
  const changed = encoded({ ...all, ...tampered })
  if (changed === payload)
    throw new TypeError('sign: tampered must change a claim, or the token is as good as before')
  return `${protectedHeader}.${changed}.${signature}`
}

/** The headers of a request with a token, as the project's page sends them. */
export function requestHeaders(
  signedWith: (overrides: TokenOverrides) => string,
  given: RequestOverrides,
  usual: string | undefined,
): Record<string, string> {
  const { origin = usual, ...token } = readRequest(given)
  const authorization = { Authorization: `Bearer ${signedWith(token)}` }
  return typeof origin === 'string' ? { ...authorization, Origin: origin } : authorization
}

function encoded(members: object): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url')
}

function members(given: unknown, wrong: Wrong): Readonly<Record<string, unknown>> | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return given as Readonly<Record<string, unknown>>
  throw wrong('must be an object with the members to set')
}

function page(given: unknown, wrong: Wrong): Page {
  if (given === undefined || given === false || typeof given === 'string') return given
  throw wrong('must be the Origin of the request, or false for none')
}
