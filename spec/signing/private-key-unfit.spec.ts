import { describe, it } from '@jest/globals'
import { generateKeyPairSync, webcrypto, type JsonWebKey } from 'node:crypto'
import * as der from '../helpers/der.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { cryptoKeyOf, pkcs8Of } from '../helpers/private-key-forms.js'
import { expectRefused } from './private-key-refused.js'

describe('a private key that no platform would accept is refused:', () => {
  const notAnAlgorithm =
    'createSigner: alg must be one of ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA'

  const { privateKey } = keyPair('ES256')
  const jwk = privateKey.export({ format: 'jwk' })
  const rsa = keyPair('RS256')

  it.each([512, 1024, 2040])('an RSA key of %d bits', (bits) => {
    const weak = generateKeyPairSync('rsa', { modulusLength: bits }).privateKey
    const sentence = `privateKey is an RSA key of ${bits} bits; platforms accept 2048 to 4096`
    for (const form of [weak, pkcs8Of(weak), weak.export({ format: 'jwk' })]) expectRefused(form, sentence)
  })

  it('an RSA key of more than 4096 bits', () => {
    // The product of two of Mersenne's primes: to make such a key takes too long.
    const [p, q] = [2n ** 2281n - 1n, 2n ** 2203n - 1n]
    const d = inverse(65537n, (p - 1n) * (q - 1n))
    const numbers = { n: p * q, e: 65537n, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
    const members = Object.entries(numbers).map(([name, value]) => [
      name,
      der.bytesOf(value).toString('base64url'),
    ])
    expectRefused(
      { kty: 'RSA', ...Object.fromEntries(members) } as JsonWebKey,
      'privateKey is an RSA key of 4484 bits; platforms accept 2048 to 4096',
    )
  })

  it.each([
    ['x25519', () => generateKeyPairSync('x25519')],
    ['ed448', () => generateKeyPairSync('ed448')],
    ['rsa-pss', () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 })],
    ['dsa', () => generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })],
  ])('a key of type %s', (type, make) => {
    const other = make().privateKey
    for (const form of [other, pkcs8Of(other)]) {
      expectRefused(form, `privateKey is of type ${type}; use P-256, P-384, P-521, Ed25519 or RSA`)
    }
  })

  it('a key of secp256k1', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
    for (const form of [other, pkcs8Of(other), other.export({ format: 'jwk' })]) {
      expectRefused(form, `${notAnAlgorithm}, and privateKey a key for it`)
    }
  })

  it('a key of brainpoolP256r1', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }).privateKey
    for (const form of [other, pkcs8Of(other)]) {
      expectRefused(form, 'privateKey is of a curve that cannot be used; use P-256, P-384, P-521 or Ed25519')
    }
  })

  it('an RSA key with exponent 3', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey
    for (const form of [weak, pkcs8Of(weak), weak.export({ format: 'jwk' })]) {
      expectRefused(form, 'privateKey is an RSA key with a small exponent; make one with 65537')
    }
  })

  it.each(['ES256', 'RS256'])('a JWK for %s whose halves are of two pairs', (alg) => {
    const mine = keyPair(alg).privateKey.export({ format: 'jwk' })
    const { x, y, n } = makeKeyPair(alg).publicJwk
    const mixed = alg === 'RS256' ? { ...mine, n } : { ...mine, x, y }
    const sentence = 'privateKey has a private and a public half that do not belong together'
    for (const form of [mixed, JSON.stringify(mixed)]) expectRefused(form, sentence)
  })

  it.each(['enc', '', ['sig']])('a JWK with the use %j', (use) => {
    expectRefused({ ...jwk, use }, 'privateKey is a JWK with a use other than "sig"')
  })

  it.each(['HS256', 'none', 'es256', '', 1, null])('any key with the alg %j', (alg) => {
    expectRefused(privateKey, notAnAlgorithm, alg as string)
  })

  it.each([
    ['ES256', 'ES384'],
    ['ES256', 'RS256'],
    ['ES384', 'ES256'],
    ['RS256', 'ES256'],
    ['RS256', 'EdDSA'],
    ['EdDSA', 'ES256'],
  ])('a key for %s with the alg %s', (pair, alg) => {
    expectRefused(keyPair(pair).privateKey, `createSigner: privateKey is not a key for ${alg}`, alg)
    const marked = { ...keyPair(pair).privateKey.export({ format: 'jwk' }), alg }
    expectRefused(marked, `createSigner: privateKey is not a key for ${alg}`)
  })

  it('a key that is marked for another alg than the one told', async () => {
    const sentence = 'createSigner: alg is not the alg that the key is marked for'
    const rsaJwk = rsa.privateKey.export({ format: 'jwk' })
    expectRefused({ ...rsaJwk, alg: 'RS256' }, sentence, 'PS256')
    expectRefused({ ...rsaJwk, alg: 'RSA-OAEP' }, sentence)
    expectRefused(await cryptoKeyOf(rsa.privateKey, 'RS512'), sentence, 'RS256')
    expectRefused(await cryptoKeyOf(rsa.privateKey, 'PS256'), sentence, 'RS256')
  })

  it('a CryptoKey with SHA-1', async () => {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' }
    const bytes = rsa.privateKey.export({ format: 'der', type: 'pkcs8' })
    expectRefused(
      await webcrypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']),
      'createSigner: alg is not the alg that the key is marked for',
    )
  })
})

/** Of a modulo m, by Euclid. */
function inverse(a: bigint, m: bigint): bigint {
  let [r, next, x, y] = [m, a % m, 0n, 1n]
  while (next !== 0n) {
    const quotient = r / next
    ;[r, next, x, y] = [next, r - quotient * next, y, x - quotient * y]
  }
  return ((x % m) + m) % m
}
