import { describe, expect, it, jest } from '@jest/globals'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { sign as cryptoSign } from 'node:crypto'
import { createSigner, type RemoteSigner } from '../../lib/customer/index.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'

const given = { projectId: 'shop', audience }

describe('signer.ready()', () => {
  it.each(['ES256', 'RS256', 'EdDSA'])('resolves for a key of %s', async (alg) => {
    const signer = createSigner({ ...given, privateKey: keyPair(alg).privateKey })
    await expect(signer.ready()).resolves.toBeUndefined()
  })

  it('asks a remote signer for one signature, over what no verifier takes for a token', async () => {
    const { privateKey, publicJwk } = keyPair('ES256')
    const signed: string[] = []
    const remote: RemoteSigner = {
      alg: 'ES256',
      kid: 'key-1',
      sign: (data) => {
        const signature = cryptoSign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
        signed.push(`${Buffer.from(data).toString()}.${signature.toString('base64url')}`)
        return signature
      },
    }
    await createSigner({ ...given, privateKey: remote }).ready()
    const [trial = ''] = signed
    expect(signed).toHaveLength(1)
    expect(decodeProtectedHeader(trial)).toEqual({ alg: 'ES256', kid: 'key-1', typ: 'project-key-trial+jwt' })
    expect(Buffer.from(trial.split('.')[1] ?? '', 'base64url').toString()).toBe('{}')
    const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: publicJwk, kid: 'key-1' }] }])
    const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })
    await expect(verifier.verify(trial)).rejects.toMatchObject({ code: 'token_type_not_allowed' })
  })

  it.each<[string, RemoteSigner['sign'], string]>([
    ['that cannot be asked', () => Promise.reject(new Error('KMS is away')), 'KMS is away'],
    [
      'that gives DER',
      () => Buffer.concat([Buffer.from([0x30]), Buffer.alloc(70)]),
      'The remote signer returned a DER signature; convert it to R and S of 32 bytes each, joined',
    ],
  ])('rejects for a remote signer %s', async (_, sign, message) => {
    const signer = createSigner({ ...given, privateKey: { alg: 'ES256', kid: 'key-1', sign: jest.fn(sign) } })
    await expect(signer.ready()).rejects.toThrow(message)
  })
})
