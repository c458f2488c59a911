import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { admitProjectKey, type Algorithm, type ProjectKey } from '../../lib/index.js'
import {
  isSlowWithOptions,
  signatureCheckWith,
  type SignatureCheck,
} from '../../lib/verify/signature-check.js'
import { keyPair } from '../helpers/keys.js'
import { signBytes } from '../helpers/mint.js'

const data = Buffer.from('header.claims')
const algs = ['PS256', 'PS384', 'PS512'] as const
const saltLengths = { PS256: 32, PS384: 48, PS512: 64 } as const
const { privateKey, publicJwk } = keyPair('RS256')
const admit = (alg: Algorithm) => admitProjectKey({ id: 'shop' }, { jwk: publicJwk, alg })

/** How Node answers where keys have options, and where they are avoided. */
async function answersOf(key: ProjectKey, signature: Buffer): Promise<unknown[]> {
  const checks = [signatureCheckWith(key, false), signatureCheckWith(key, true)]
  const answers = checks.flatMap((check) => [check.atOnce(data, signature), inPool(check, signature)])
  return Promise.all(answers)
}

function inPool(check: SignatureCheck, signature: Buffer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    check.inPool(data, signature, (error, matches) => {
      if (error === null) resolve(matches)
      else reject(new Error('no answer', { cause: error }))
    })
  })
}

const pass = [true, true, true, true]
const fail = [false, false, false, false]

describe.each(algs)('%s', (alg) => {
  const key = admit(alg)
  const salted = (saltLength: number, digest = `sha${alg.slice(2)}`) =>
    sign(digest, data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

  it('is answered alike with options and without, at once and in the pool', async () => {
    expect(await answersOf(key, signBytes(alg, data.toString(), privateKey))).toEqual(pass)
    expect(await answersOf(key, signBytes(alg, 'header.claimz', privateKey))).toEqual(fail)
    expect(await answersOf(key, Buffer.alloc(256))).toEqual(fail)
    expect(await answersOf(key, Buffer.alloc(256, 0xff))).toEqual(fail)
  })

  it('has a salt as long as its digest, no shorter and no longer', async () => {
    const exact = saltLengths[alg]
    expect(await answersOf(key, salted(exact))).toEqual(pass)
    for (const other of [0, 20, exact - 1, exact + 1, constants.RSA_PSS_SALTLEN_MAX_SIGN])
      expect(await answersOf(key, salted(other))).toEqual(fail)
  })

  it('is no signature with another digest, and none with the older padding', async () => {
    for (const other of algs.filter((name) => name !== alg))
      expect(await answersOf(key, signBytes(other, data.toString(), privateKey))).toEqual(fail)
    expect(await answersOf(key, salted(saltLengths[alg], 'sha1'))).toEqual(fail)
    const older = `RS${alg.slice(2)}` as Algorithm
    expect(await answersOf(key, signBytes(older, data.toString(), privateKey))).toEqual(fail)
  })
})

it.each([
  ['20.20.2', false],
  ['22.17.0', false],
  ['24.16.9', false],
  ['24.17.0', true],
  ['24.20.3', true],
  ['24.21.0', true],
  ['24.22.0', false],
  ['24.170.0', false],
  ['25.17.0', false],
  ['124.17.0', false],
])('knows whether Node %s takes long for a key with options: %s', (version, expected) => {
  expect(isSlowWithOptions(version)).toBe(expected)
})

describe('a key that is given alone', () => {
  const other: ProjectKey[] = (['ES256', 'RS256', 'EdDSA'] as const).map((alg) =>
    admitProjectKey({ id: 'shop' }, { jwk: keyPair(alg).publicJwk, alg }),
  )

  it.each(['ES256', 'RS256', 'PS256', 'EdDSA'] as const)('must be of the type of %s', (alg) => {
    for (const key of other) {
      const isOfType = key.alg === alg || (key.alg === 'RS256' && alg === 'PS256')
      const check = () => signatureCheckWith({ ...key, alg })
      if (isOfType) expect(check).not.toThrow()
      else expect(check).toThrow(new TypeError(`the key is not of the type of ${alg}`))
    }
  })

  it('would be one for PSS, where it says so itself, and is refused', () => {
    const { publicKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    const key = { ...admit('RS256'), publicKey }
    expect(() => signatureCheckWith(key)).toThrow(new TypeError('the key is not of the type of RS256'))
  })
})
