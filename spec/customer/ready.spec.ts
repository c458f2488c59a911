import { describe, expect, it, jest } from '@jest/globals'
import { sign as cryptoSign } from 'node:crypto'
import { createSigner, type RemoteSigner } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'

const given = { projectId: 'shop', audience }

describe('signer.ready()', () => {
  it.each(['ES256', 'RS256', 'EdDSA'])('resolves for a key of %s', async (alg) => {
    const signer = createSigner({ ...given, privateKey: keyPair(alg).privateKey })
    await expect(signer.ready()).resolves.toBeUndefined()
  })

  it('asks a remote signer for one signature, over what is no token and cannot become one', async () => {
    const { privateKey } = keyPair('ES256')
    const signed: string[] = []
    const sign = (data: Uint8Array) => {
      signed.push(Buffer.from(data).toString())
      return cryptoSign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    }
    await createSigner({ ...given, privateKey: { alg: 'ES256', kid: 'key-1', sign } }).ready()
    // A signing input of JWS is two segments with a dot between.
    expect(signed).toEqual(['reverse-jwt tries this key'])
  })

  it.each<[string, RemoteSigner['sign'], string]>([
    ['that cannot be asked', () => Promise.reject(new Error('KMS is away')), 'KMS is away'],
    [
      'that gives DER',
      () => Buffer.concat([Buffer.from([0x30]), Buffer.alloc(70)]),
      'The remote signer returned a DER signature; make it R and S of 32 bytes each, joined, with ecdsaSignatureFromDer',
    ],
  ])('rejects for a remote signer %s', async (_, sign, message) => {
    const signer = createSigner({ ...given, privateKey: { alg: 'ES256', kid: 'key-1', sign: jest.fn(sign) } })
    await expect(signer.ready()).rejects.toThrow(message)
  })
})
