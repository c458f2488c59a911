import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'

export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly publicJwk: JsonWebKey
}

function pairOf(pair: { privateKey: KeyObject; publicKey: KeyObject }): KeyPair {
  return { ...pair, publicJwk: pair.publicKey.export({ format: 'jwk' }) }
}

/** A fresh pair that fits the algorithm. */
export function makeKeyPair(alg: string): KeyPair {
  if (alg === 'EdDSA' || alg === 'Ed25519') return pairOf(generateKeyPairSync('ed25519'))
  if (/^[RP]S/.test(alg)) return pairOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const namedCurve = alg === 'ES256' ? 'P-256' : alg === 'ES384' ? 'P-384' : 'P-521'
  return pairOf(generateKeyPairSync('ec', { namedCurve }))
}

const pairs = new Map<string, KeyPair>()

/** The honest project's pair for the algorithm, the same all through a test file. RS and PS have pairs of their own. */
export function keyPair(alg: string): KeyPair {
  const pair = pairs.get(alg) ?? makeKeyPair(alg)
  pairs.set(alg, pair)
  return pair
}
