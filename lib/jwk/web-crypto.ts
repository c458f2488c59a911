import type { CryptoKey } from 'jose'

/** What WebCrypto says that a key is for. */
interface WebAlgorithm {
  readonly name: string
  readonly hash?: { readonly name: string }
}

export function isCryptoKey(value: object): value is CryptoKey {
  return Object.prototype.toString.call(value) === '[object CryptoKey]'
}

const families = new Map([
  ['RSASSA-PKCS1-v1_5', 'RS'],
  ['RSA-PSS', 'PS'],
])

/** The JWS algorithm for which WebCrypto holds an RSA key; undefined for others, whose curve decides. */
export function rsaAlgorithmOf(key: CryptoKey): string | undefined {
  const { name, hash } = key.algorithm as WebAlgorithm
  const family = families.get(name)
  return family === undefined ? undefined : `${family}${hash?.name.slice(-3) ?? ''}`
}
