import { describe, expect, it } from '@jest/globals'
import type { KeyObject } from 'node:crypto'
import { readPrivateHalf } from '../../lib/jwk/private-half.js'
import { elementsOf } from '../../lib/jwk/der.js'
import { expectRefused } from '../signing/private-key-refused.js'
import * as der from '../helpers/der.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'

/** PKCS#8 of version 2 (RFC 5958), with a public key at its end in one of the two ways in which it is written. */
function version2(
  privateKey: KeyObject,
  publicKey: KeyObject,
  within: 'implicit' | 'as a BIT STRING',
): Buffer {
  const [outer] = elementsOf(privateKey.export({ format: 'der', type: 'pkcs8' }))
  const [, algorithm, inner] = elementsOf(outer?.content ?? Buffer.alloc(0))
  const [spki] = elementsOf(publicKey.export({ format: 'der', type: 'spki' }))
  const bits = elementsOf(spki?.content ?? Buffer.alloc(0))[1]
  if (algorithm === undefined || inner === undefined || bits === undefined) throw new Error('no key')
  const point = within === 'implicit' ? der.tagged(0x81, bits.content) : der.tagged(0xa1, bits.whole)
  return der.sequence(der.integer(1n), algorithm.whole, inner.whole, point)
}

const algorithms = ['EdDSA', 'ES256', 'ES384', 'ES512', 'RS256']
const ways = ['implicit', 'as a BIT STRING'] as const
const twoKeys = 'privateKey has a private and a public half that do not belong together'

describe.each(algorithms)('a private key for %s in PKCS#8 of version 2', (alg) => {
  const { privateKey, publicKey } = keyPair(alg)

  it.each(ways)('is read, with its public key %s', (within) => {
    const bytes = version2(privateKey, publicKey, within)
    for (const form of [bytes, bytes.toString('base64'), der.pem('PRIVATE KEY', bytes)]) {
      expect(readPrivateHalf(form).key.equals(privateKey)).toBe(true)
    }
  })

  it.each(ways)('is refused when the public key in it is of another pair, %s', (within) => {
    const mixed = version2(privateKey, makeKeyPair(alg).publicKey, within)
    expectRefused(der.pem('PRIVATE KEY', mixed), twoKeys)
    expectRefused(mixed, twoKeys)
  })

  it('is refused when the public key in it is none', () => {
    const bytes = version2(privateKey, publicKey, 'implicit')
    const short = bytes.subarray(0, -1)
    expectRefused(der.pem('PRIVATE KEY', short), twoKeys)
  })
})

it('reads the example of RFC 8410 section 10.3, which has attributes, too', () => {
  const pem = `-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----`
  expect(readPrivateHalf(pem).publicJwk).toMatchObject({
    crv: 'Ed25519',
    x: Buffer.from('19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1', 'hex').toString(
      'base64url',
    ),
  })
})
