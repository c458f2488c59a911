import { KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'
import type { Wrong } from '../options/options.js'
import type { JwkLabels } from './jwk-labels.js'
import { rsaAlgorithmOf } from './web-crypto.js'

/** The same key for node:crypto, and the algorithm for which WebCrypto holds it. */
export function fromCryptoKey(
  cryptoKey: CryptoKey,
  usage: 'sign' | 'verify',
  wrong: Wrong,
): { readonly key: KeyObject; readonly labels: JwkLabels } {
  let key: KeyObject
  try {
    key = KeyObject.from(cryptoKey)
  } catch {
    throw wrong('is no CryptoKey of this process')
  }
  if (!cryptoKey.usages.includes(usage)) throw wrong(`is a CryptoKey without the usage '${usage}'`)
  const alg = rsaAlgorithmOf(cryptoKey)
  return { key, labels: alg === undefined ? {} : { alg } }
}
