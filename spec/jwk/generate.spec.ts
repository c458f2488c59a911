import { describe, expect, it } from '@jest/globals'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { createSigner, generateProjectKey } from '../../lib/customer/index.js'
import { admitProjectKey } from '../../lib/index.js'
import { audience } from '../helpers/mint.js'
import { allAlgorithms } from '../helpers/private-key-forms.js'
import { shop, verifierOf } from '../helpers/platform.js'

describe('generateProjectKey', () => {
  // A pair of RSA takes its time to make; one of RS and one of PS stand for the others.
  it.each(allAlgorithms.filter((alg) => !/^[RP]S(384|512)/.test(alg)))(
    'makes a pair for %s with which a token passes',
    async (alg) => {
      const { privateKey, publicJwk, kid } = await generateProjectKey(alg)
      expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n[\s\S]+\n-----END PRIVATE KEY-----\n?$/)
      expect(createPublicKey(privateKey).export({ format: 'jwk' })).toMatchObject({
        kty: publicJwk.kty ?? '',
      })
      expect(publicJwk).toMatchObject({ kid, alg, use: 'sig' })
      expect(kid).toBe(await calculateJwkThumbprint(publicJwk))
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
        expect(publicJwk).not.toHaveProperty(member)
      expect(admitProjectKey({ id: 'shop' }, { jwk: publicJwk })).toMatchObject({ kid, alg })

      const clock = () => Date.now() / 1000
      const verifier = verifierOf({ algorithms: [alg], clock }, [shop([], { keys: [{ jwk: publicJwk }] })])
      const signer = createSigner({ projectId: 'shop', audience, privateKey, alg })
      await expect(verifier.verify(await signer.sign())).resolves.toMatchObject({ project: { id: 'shop' } })
    },
    30_000,
  )

  it('makes RSA keys of 3072 bits with the usual exponent', async () => {
    const { privateKey } = await generateProjectKey('PS256')
    expect(createPrivateKey(privateKey).asymmetricKeyDetails).toEqual({
      modulusLength: 3072,
      publicExponent: 65537n,
    })
  }, 30_000)

  it('makes a pair for ES256 unless told otherwise, and another one each time', async () => {
    const pairs = await Promise.all([generateProjectKey(), generateProjectKey()])
    expect(pairs.map(({ publicJwk }) => publicJwk.alg)).toEqual(['ES256', 'ES256'])
    expect(pairs[0].kid).not.toBe(pairs[1].kid)
    expect(pairs[0].privateKey).not.toBe(pairs[1].privateKey)
  })

  it('knows EdDSA by both of its names', async () => {
    const { publicJwk } = await generateProjectKey('Ed25519')
    expect(publicJwk).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' })
  })

  it.each(['HS256', 'none', 'es256', 'ES256K', '', null, 1])('refuses the algorithm %j', async (alg) => {
    await expect(generateProjectKey(alg as 'ES256')).rejects.toEqual(
      new TypeError(
        'generateProjectKey: alg must be one of ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA',
      ),
    )
  })
})
