import { constants, sign as cryptoSign, type KeyObject } from 'node:crypto'
import { keyPair } from './keys.js'

/** The tests' one moment, in epoch seconds. */
export const now = 1_790_000_000
export const audience = 'https://platform.example'

/** One difference from the honest token. */
export interface Override {
  /** Signs with this algorithm and names it, and the kid of its key, in the header. Default ES256. */
  alg?: string
  /** Header members to set; undefined removes one. */
  header?: Record<string, unknown>
  /** Claims to set; undefined removes one. */
  claims?: Record<string, unknown>
  /** The literal text of the header or claims set, in place of JSON.stringify's. */
  headerText?: string | Buffer
  claimsText?: string | Buffer
  /** Signs with another key. */
  privateKey?: KeyObject
  /** Replaces the signature, or changes the right one. */
  signature?: Buffer | ((signature: Buffer) => Buffer)
}

let minted = 0

/** kid of the honest project's key for an algorithm. */
export const kidOf = (alg: string) => `key-${alg.toLowerCase()}`

/**
 * An honest project token with at most a few differences, signed with node:crypto alone: nothing of lib/ takes part.
 * Each call has a jti of its own.
 */
export function mint(override: Override = {}): string {
  const { alg = 'ES256', privateKey = keyPair(alg).privateKey } = override
  const header = { alg, kid: kidOf(alg), typ: 'project-auth+jwt', ...override.header }
  const claims = {
    iss: 'shop',
    sub: 'shop',
    aud: audience,
    proj_id: 'shop',
    jti: `use-${(minted += 1)}`,
    iat: now - 10,
    exp: now + 110,
    ...override.claims,
  }
  const signingInput = `${encode(override.headerText ?? JSON.stringify(header))}.${encode(override.claimsText ?? JSON.stringify(claims))}`
  const honest = signBytes(alg, signingInput, privateKey)
  const { signature = honest } = override
  return `${signingInput}.${encode(typeof signature === 'function' ? signature(honest) : signature)}`
}

export function encode(bytes: string | Buffer): string {
  return Buffer.from(bytes as string).toString('base64url')
}

/** Signs as RFC 7518 section 3 and RFC 8037 section 3.1 say. */
export function signBytes(alg: string, data: string, key: KeyObject): Buffer {
  const bytes = Buffer.from(data)
  if (alg === 'EdDSA' || alg === 'Ed25519') return cryptoSign(null, bytes, key)
  const digest = `sha${alg.slice(2)}`
  if (alg.startsWith('ES')) return cryptoSign(digest, bytes, { key, dsaEncoding: 'ieee-p1363' })
  if (alg.startsWith('RS')) return cryptoSign(digest, bytes, key)
  const saltLength = Number(alg.slice(2)) / 8
  return cryptoSign(digest, bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
}
