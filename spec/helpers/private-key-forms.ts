import { webcrypto, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { PrivateKeyInput } from '../../lib/customer/index.js'
import { lineEndsOf, wrappingsOf } from './key-wrappings.js'

export const allAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
] as const

export const pkcs8Of = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }) as string

const traditionalTypes = new Map<string | undefined, 'pkcs1' | 'sec1'>([
  ['rsa', 'pkcs1'],
  ['ec', 'sec1'],
])

/** A private key in every form that people have it in, by name. */
export function formsOf(key: KeyObject): ReadonlyMap<string, PrivateKeyInput> {
  const pem = pkcs8Of(key)
  const der = key.export({ format: 'der', type: 'pkcs8' })
  const jwk = key.export({ format: 'jwk' })
  const forms = new Map<string, PrivateKeyInput>([
    ['PKCS#8 in single quotes, with \\n spelled out', `'${pem.replaceAll('\n', '\\n')}'`],
    ['PKCS#8 in DER', der],
    ['PKCS#8 in DER, in base64', der.toString('base64')],
    ['a JWK', jwk],
    ['a JWK with null for what is absent', { ...jwk, use: null, alg: null, kid: null, oth: [] }],
    ['a KeyObject', key],
  ])
  for (const [how, text] of lineEndsOf(pem)) forms.set(`PKCS#8 with ${how}`, text)
  for (const [how, text] of wrappingsOf(pem)) forms.set(`PKCS#8 ${how}`, text)
  for (const [how, text] of wrappingsOf(JSON.stringify(jwk, null, 2))) forms.set(`a JWK in JSON ${how}`, text)
  const traditional = traditionalTypes.get(key.asymmetricKeyType)
  if (traditional !== undefined) {
    const old = key.export({ format: 'pem', type: traditional }) as string
    forms.set(traditional, old)
    forms.set(`${traditional} in DER`, key.export({ format: 'der', type: traditional as 'pkcs1' }))
    forms.set(`${traditional} with \\n spelled out`, old.replaceAll('\n', '\\n'))
    forms.set(`${traditional} as a whole in base64`, Buffer.from(old).toString('base64'))
    forms.set(`${traditional} behind a block of parameters`, `${ecParameters}${old}`)
  }
  return forms
}

/** What `openssl ecparam -genkey` writes first. */
export const ecParameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'

/** The key for WebCrypto. Not extractable unless told so. */
export function cryptoKeyOf(key: KeyObject, alg: string, extractable = false) {
  return webcrypto.subtle.importKey(
    'pkcs8',
    key.export({ format: 'der', type: 'pkcs8' }),
    webCryptoNameOf(alg),
    extractable,
    ['sign'],
  )
}

function webCryptoNameOf(alg: string) {
  if (alg === 'EdDSA') return { name: 'Ed25519' }
  const bits = alg.slice(2)
  if (alg.startsWith('ES')) return { name: 'ECDSA', namedCurve: bits === '512' ? 'P-521' : `P-${bits}` }
  return { name: alg.startsWith('RS') ? 'RSASSA-PKCS1-v1_5' : 'RSA-PSS', hash: `SHA-${bits}` }
}

/** Everything secret about a key as text: what no message may hold a piece of. */
export function secretTextsOf(key: KeyObject): string[] {
  const der = key.export({ format: 'der', type: 'pkcs8' })
  const { d, p, q, dp, dq, qi, k }: JsonWebKey = key.export({ format: 'jwk' })
  const members = [d, p, q, dp, dq, qi, k].filter((member) => typeof member === 'string')
  return [
    ...pkcs8Of(key)
      .split('\n')
      .filter((line) => !line.startsWith('-----')),
    ...(['base64', 'base64url', 'hex'] as const).map((encoding) => der.toString(encoding)),
    Buffer.from(pkcs8Of(key)).subarray(28).toString('base64'),
    ...members,
    ...members.map((member) => Buffer.from(member, 'base64url').toString('hex')),
  ]
}
