/**
 * What the signer and the verifier must agree on: names and numbers that stand on the wire.
 * Runs anywhere, a page included, so it imports nothing.
 */

/** `typ` of a project token. RFC 8725 section 3.11 asks for a type of one's own. */
export const projectTokenType = 'project-auth+jwt'

/** `typ` of a session, which is an access token of the platform. RFC 9068 section 2.1. */
export const sessionTokenType = 'at+jwt'

/** `grant_type` of the exchange of a project token for a session. RFC 7523 section 2.1. */
export const sessionGrantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** `typ` of a proof that somebody holds the private half of a key. Never a project token. */
export const proofType = 'project-key-proof+jwt'

/** What stands before a token where a page offers it as a subprotocol of a WebSocket, which takes no other header. RFC 6455 section 1.9. */
export const socketTokenProtocol = 'reverse-jwt.token.'

/** A JWS algorithm by the one name that key records carry. */
export type Algorithm =
  'ES256' | 'ES384' | 'ES512' | 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'EdDSA'

/** A JWS algorithm as a header, a JWK or an option may spell it: RFC 9864 calls EdDSA with Ed25519 `Ed25519`. */
export type AlgorithmName = Algorithm | 'Ed25519'

interface AlgorithmFacts {
  readonly kty: 'EC' | 'RSA' | 'OKP'
  readonly crv?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519'
  /** Absent for RSA, where the length is that of the key's modulus. */
  readonly signatureBytes?: number
}

const rsa: AlgorithmFacts = { kty: 'RSA' }

/** Every algorithm there is here. All are asymmetric: there is no HMAC and no `none`. RFC 7518 section 3, RFC 8037. */
export const algorithms: ReadonlyMap<Algorithm, AlgorithmFacts> = new Map<Algorithm, AlgorithmFacts>([
  ['ES256', { kty: 'EC', crv: 'P-256', signatureBytes: 64 }],
  ['ES384', { kty: 'EC', crv: 'P-384', signatureBytes: 96 }],
  ['ES512', { kty: 'EC', crv: 'P-521', signatureBytes: 132 }],
  ['RS256', rsa],
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519', signatureBytes: 64 }],
])

/** For sentences. */
export const algorithmNames = Array.from(algorithms.keys()).join(', ')

/** The one name of an algorithm, or undefined when it is not one of ours. Exact: `es256` is nothing. */
export function algorithmNamed(name: unknown): Algorithm | undefined {
  if (name === 'Ed25519') return 'EdDSA'
  return algorithms.has(name as Algorithm) ? (name as Algorithm) : undefined
}

/** The algorithm of a key that does not name one: the default for its type. */
export function defaultAlgorithmFor(jwk: { kty?: unknown; crv?: unknown }): Algorithm | undefined {
  if (jwk.kty === 'RSA') return 'RS256'
  for (const [alg, facts] of algorithms) {
    if (facts.kty === jwk.kty && facts.crv === jwk.crv) return alg
  }
  return undefined
}

/** Whether a key of this type and curve can be used with the algorithm. */
export function fitsAlgorithm(jwk: { kty?: unknown; crv?: unknown }, alg: Algorithm): boolean {
  const facts = algorithms.get(alg)
  return facts !== undefined && facts.kty === jwk.kty && facts.crv === jwk.crv
}

/** Seconds, unless the comment says otherwise. */
export const limits = {
  /**
   * characters of a whole token: what a verifier accepts unless its options say otherwise, and the most that Node takes in
   * headers
   */
  tokenLength: { default: 4096, max: 16_384 },
  /**
   * What a header or a claims set may hold: levels, values of members and elements, members, and objects with the outermost
   * one, each counted at all levels
   */
  json: { depth: 16, values: 256, members: 64, objects: 16 },
  /** characters of a kid, jti or project id */
  identifierLength: 256,
  rsaBits: { min: 2048, max: 4096 },
  /** exp - iat: what a verifier accepts unless told otherwise, and what it can be told at most */
  lifetime: { default: 300, max: 3600 },
  clockTolerance: { default: 10, max: 60 },
} as const

/**
 * Whether a value can name a project, a key or a token: 1 to 256 characters, not blank, no control characters, and the same
 * in every encoding of Unicode.
 */
export function isIdentifier(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= limits.identifierLength &&
    value.isWellFormed() &&
    !hasControlCharacter(value)
  )
}

/** The category Cc of Unicode. A regular expression would leave something to be collected for each name of a token. */
function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true
  }
  return false
}

/** Whether a member is named like an array index, which no member of a token may be: V8 keeps room for all indices below it. */
export function isIndexName(name: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(name)
}

/** What a name within a project begins with. Length first, so that no two pairs of project id and name are one text. */
export function projectPrefix(projectId: string): string {
  return `${projectId.length}:${projectId}`
}

/** Whether a value is a scope-token of RFC 6749 section 3.3. */
export function isScopeName(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(value)
}

/** Whether a value is a scope of RFC 6749 section 3.3: names with one space between. */
export function isScope(value: unknown): value is string {
  return typeof value === 'string' && value.split(' ').every(isScopeName)
}

/**
 * A URL, or undefined. Not by URL.canParse: once it is optimized, that of Node 20 misreads text with letters like é.
 */
export function parseUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** The longest host name of DNS has 253 characters. */
const maxOriginLength = 300
/** Browser extensions and apps have schemes of their own. */
const originForm = /^[a-z][a-z\d+.-]*:\/\/(?:[a-z\d._-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/

/**
 * Whether a value is an origin as browsers write it in a header, and names one: `https://shop.example`, not `null`. RFC 6454
 * section 6.2.
 */
export function isOrigin(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxOriginLength || !originForm.test(value)) return false
  const origin = parseUrl(value)?.origin
  // The URL standard gives schemes that it does not know the origin null.
  return origin === value || origin === 'null'
}
