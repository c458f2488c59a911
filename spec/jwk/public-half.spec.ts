import { describe, expect, it } from '@jest/globals'
import { webcrypto } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { admitProjectKey } from '../../lib/index.js'
import { expectNotAdmitted } from '../helpers/admission.js'
import { keyPair } from '../helpers/keys.js'
import { publicFormsOf } from '../helpers/key-wrappings.js'

const admit = (given: object) => admitProjectKey({ id: 'shop' }, given)

const spkiOf = (alg: string) => keyPair(alg).publicKey.export({ format: 'der', type: 'spki' })
const webCrypto = (alg: string, algorithm: object, usages: string[] = ['verify'], extractable = false) =>
  webcrypto.subtle.importKey('spki', spkiOf(alg), algorithm as never, extractable, usages as never)

describe.each([
  ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
  ['ES384', { name: 'ECDSA', namedCurve: 'P-384' }],
  ['ES512', { name: 'ECDSA', namedCurve: 'P-521' }],
  ['RS256', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }],
  ['EdDSA', { name: 'Ed25519' }],
])('a public key for %s', (alg, algorithm) => {
  const { publicKey, publicJwk } = keyPair(alg)

  it.each(publicFormsOf(publicKey))(
    'is read under either name, and has one thumbprint: $name',
    async ({ given }) => {
      const kid = await calculateJwkThumbprint(publicJwk)
      for (const form of [{ jwk: given }, { pem: given }]) {
        const key = admit(form)
        expect(key).toMatchObject({ alg, kid })
        expect(key.publicKey.equals(publicKey)).toBe(true)
      }
    },
  )

  it('is read as a CryptoKey, whether or not it can be exported', async () => {
    for (const extractable of [true, false]) {
      const given = await webCrypto(alg, algorithm, ['verify'], extractable)
      expect(admit({ jwk: given })).toMatchObject({ alg, kid: await calculateJwkThumbprint(publicJwk) })
    }
  })
})

it('is for the algorithm for which WebCrypto holds it', async () => {
  const pss = await webCrypto('RS256', { name: 'RSA-PSS', hash: 'SHA-384' })
  expect(admit({ jwk: pss }).alg).toBe('PS384')
  expect(admit({ jwk: pss, alg: 'PS384' }).alg).toBe('PS384')
  expectNotAdmitted({ jwk: pss, alg: 'RS384' }, 'alg and the alg of the JWK differ')
  const sha1 = await webCrypto('RS256', { name: 'RSA-PSS', hash: 'SHA-1' })
  expect(() => admit({ jwk: sha1 })).toThrow('alg must be one of ES256')
})

it('is refused as a CryptoKey for something else than signatures', async () => {
  const without = "jwk is a CryptoKey without the usage 'verify'"
  const encrypts = await webCrypto('RS256', { name: 'RSA-OAEP', hash: 'SHA-256' }, ['encrypt'])
  const agrees = await webCrypto('ES256', { name: 'ECDH', namedCurve: 'P-256' }, [])
  expectNotAdmitted({ jwk: encrypts }, without)
  expectNotAdmitted({ jwk: agrees }, without)
})

it('is read under one name when the other is null, as a row of a database has it', () => {
  const { publicJwk, publicKey } = keyPair('ES256')
  expect(admit({ jwk: publicJwk, pem: null }).alg).toBe('ES256')
  expect(admit({ jwk: null, pem: publicKey }).alg).toBe('ES256')
})

it('is a copy: what is done to the bytes or to the JWK later changes nothing', () => {
  const der = Buffer.from(spkiOf('ES256'))
  const key = admit({ pem: der })
  der.fill(0)
  expect(key.publicKey.equals(keyPair('ES256').publicKey)).toBe(true)
  expect(admit({ jwk: keyPair('ES256').publicKey }).publicKey).not.toBe(keyPair('ES256').publicKey)
})
