import { KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'
import type { Wrong } from '../options/options.js'
import type { JwkLabels } from './jwk-labels.js'

export function isCryptoKey(value: object): value is CryptoKey {
  return Object.prototype.toString.call(value) === '[object CryptoKey]'
}

const families = new Map([
  ['RSASSA-PKCS1-v1_5', 'RS'],
  ['RSA-PSS', 'PS'],
])

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
  const { name, hash } = cryptoKey.algorithm as { name: string; hash?: { name: string } }
  const family = families.get(name)
  const labels = family === undefined ? {} : { alg: `${family}${hash?.name.slice(-3) ?? ''}` }
  return { key, labels }
}
