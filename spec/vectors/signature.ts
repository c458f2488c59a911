import { createPrivateKey, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import { ecdsaSignature, isEcdsa, joined } from './ecdsa.js'
import { pssSignature } from './pss.js'
import type { PublishedKey } from './published-keys.js'

const keys = new Map<PublishedKey, KeyObject>()

export function privateKeyOf(published: PublishedKey): KeyObject {
  const known = keys.get(published)
  if (known !== undefined) return known
  const key = createPrivateKey({ key: published.jwk as JsonWebKey, format: 'jwk' })
  keys.set(published, key)
  return key
}

/** One signature for each message, whatever the algorithm. Nothing of lib/ takes part. RFC 7518 section 3, RFC 8037. */
export function signatureOf(alg: string, signingInput: string, published: PublishedKey): Buffer {
  const message = Buffer.from(signingInput)
  if (alg === 'EdDSA' || alg === 'Ed25519') return sign(null, message, privateKeyOf(published))
  const hash = `sha${alg.slice(2)}`
  if (alg.startsWith('RS')) return sign(hash, message, privateKeyOf(published))
  if (alg.startsWith('PS'))
    return pssSignature(hash, message, privateKeyOf(published), Number(alg.slice(2)) / 8)
  if (isEcdsa(alg)) return joined(alg, ecdsaSignature(alg, message, published.jwk.d ?? ''))
  throw new Error(`${alg} signs nothing here`)
}
