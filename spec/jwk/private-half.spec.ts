import { describe, expect, it } from '@jest/globals'
import { readPrivateHalf } from '../../lib/jwk/private-half.js'
import { keyPair } from '../helpers/keys.js'
import { cryptoKeyOf, formsOf } from '../helpers/private-key-forms.js'

describe.each(['ES256', 'ES384', 'ES512', 'RS256', 'EdDSA'])('a private key for %s', (alg) => {
  const { privateKey, publicJwk } = keyPair(alg)

  it.each([...formsOf(privateKey)])('is read: %s', (_, form) => {
    const { key, publicJwk: half, ...labels } = readPrivateHalf(form)
    expect(key.equals(privateKey)).toBe(true)
    expect(half).toEqual(publicJwk)
    expect(Object.values(labels).filter((label) => label !== undefined)).toEqual([])
  })

  it('is read as a CryptoKey that cannot be exported', async () => {
    expect(readPrivateHalf(await cryptoKeyOf(privateKey, alg)).publicJwk).toEqual(publicJwk)
  })
})

it('keeps what a JWK says of itself', () => {
  const jwk = keyPair('RS256').privateKey.export({ format: 'jwk' })
  const labelled = { ...jwk, kid: 'key-1', alg: 'PS256', use: 'sig', key_ops: ['sign'] }
  expect(readPrivateHalf(labelled)).toMatchObject({ kid: 'key-1', alg: 'PS256' })
})
