import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { KeyObject } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { createSigner, type AlgorithmName, type PrivateKeyInput } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, now } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { allAlgorithms, cryptoKeyOf, formsOf } from '../helpers/private-key-forms.js'

const signerOf = (privateKey: PrivateKeyInput, alg?: AlgorithmName) =>
  createSigner({ projectId: 'shop', audience, privateKey, ...(alg !== undefined && { alg }) })

/** The platform knows only the public half, and takes its kid and algorithm as they come. */
async function expectAccepted(
  privateKey: PrivateKeyInput,
  alg: string,
  givenAlg?: AlgorithmName,
): Promise<void> {
  const { publicJwk } = keyPair(pairFor(alg))
  const algorithms = [alg as 'ES256']
  const verifier = verifierOf({ algorithms }, [shop([], { keys: [{ jwk: publicJwk, alg: alg as 'ES256' }] })])
  const { projectToken } = await verifier.verify(await signerOf(privateKey, givenAlg).sign())
  expect(projectToken.header).toEqual({
    alg,
    kid: await calculateJwkThumbprint(publicJwk),
    typ: 'project-auth+jwt',
  })
}

/** One form of each kind; that all are read alike is the reader's to show. */
function formsToSignWith(key: KeyObject): [string, PrivateKeyInput][] {
  const kinds = [
    'PKCS#8 as it is',
    'PKCS#8 in base64',
    'PKCS#8 in DER',
    'a JWK',
    'a KeyObject',
    'pkcs1',
    'sec1',
  ]
  return [...formsOf(key)].filter(([name]) => kinds.includes(name))
}

/** One RSA pair does for all of RS and PS. */
const pairFor = (alg: string) => (/^[RP]S/.test(alg) ? 'RS256' : alg)
const defaultAlgorithms: readonly string[] = ['ES256', 'ES384', 'ES512', 'RS256', 'EdDSA']

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(now * 1000)
})

afterEach(() => {
  jest.restoreAllMocks()
})

describe.each(allAlgorithms)('a private key for %s signs what the verifier accepts', (alg) => {
  const { privateKey } = keyPair(pairFor(alg))
  const givenAlg = defaultAlgorithms.includes(alg) ? undefined : alg

  it.each(formsToSignWith(privateKey))('given as %s', async (_, form) => {
    await expectAccepted(form, alg, givenAlg)
    await expectAccepted(form, alg, alg)
  })

  it.each([true, false])(
    'given as a CryptoKey (extractable: %p), whose algorithm need not be given',
    async (extractable) => {
      await expectAccepted(await cryptoKeyOf(privateKey, alg, extractable), alg)
      await expectAccepted(await cryptoKeyOf(privateKey, alg, extractable), alg, alg)
    },
  )

  it('given as a JWK that is marked for it', async () => {
    const jwk = { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', key_ops: ['sign'] }
    await expectAccepted(jwk, alg)
    await expectAccepted(JSON.stringify(jwk), alg, alg)
  })
})

it('signs for EdDSA under both of its names', async () => {
  const { privateKey } = keyPair('EdDSA')
  await expectAccepted(privateKey, 'EdDSA', 'Ed25519')
  const jwk = { ...privateKey.export({ format: 'jwk' }), alg: 'Ed25519' }
  await expectAccepted(jwk, 'EdDSA')
  await expectAccepted(jwk, 'EdDSA', 'EdDSA')
})
