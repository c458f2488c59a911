import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { thumbprint } from '../jwk/thumbprint.js'
import { algorithms, limits, type Algorithm } from '../protocol.js'

/** Made in this process, and known nowhere else. */
export interface KeyPair {
  readonly alg: Algorithm
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicJwk: JWK & { readonly kid: string }
}

/** At once, so that a table of tests can have tokens in it. */
export function generateKeyPair(alg: Algorithm): KeyPair {
  const { publicKey, privateKey } = generate(alg)
  const jwk = publicKey.export({ format: 'jwk' })
  const kid = thumbprint(jwk)
  return { alg, kid, privateKey, publicJwk: { ...(jwk as JWK), kid, alg, use: 'sig' } }
}

function generate(alg: Algorithm) {
  const { kty, crv = '' } = algorithms.get(alg) ?? {}
  if (kty === 'RSA') return generateKeyPairSync('rsa', { modulusLength: limits.rsaBits.min })
  if (kty === 'OKP') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('ec', { namedCurve: crv })
}

/** RFC 7518 section 3, RFC 8037 section 3.1. */
export function signatureOf(signingInput: string, { alg, privateKey }: KeyPair): string {
  const digest = alg === 'EdDSA' ? null : `sha${alg.slice(-3)}`
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  const key = {
    key: privateKey,
    dsaEncoding: 'ieee-p1363' as const,
    ...(alg.startsWith('PS') && pss),
  }
  return sign(digest, Buffer.from(signingInput), key).toString('base64url')
}
