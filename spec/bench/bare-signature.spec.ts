import { createPublicKey } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { bareSignature, verifyBare } from '../../bench/bare-signature.js'
import { algs, makeKeys, type Alg } from '../../bench/platform.js'
import { flipped, signTokens } from '../../bench/tokens.js'

const keys = makeKeys()

async function matches(alg: Alg, token: string): Promise<boolean> {
  const jwk = keys.jwks.keys.find((one) => one.alg === alg)
  if (jwk === undefined) throw new Error(`no key for ${alg}`)
  const verify = verifyBare(alg, createPublicKey({ key: jwk, format: 'jwk' }), jwk)
  const end = token.lastIndexOf('.')
  const signature = bareSignature(alg, Buffer.from(token.slice(end + 1), 'base64url'))
  return new Promise((resolve) => {
    verify(Buffer.from(token.slice(0, end)), signature, (error, matches) => {
      resolve(error === null && matches)
    })
  })
}

// So many that r and s of ES256 have leading zeros, and first bits of both kinds.
it.each(algs)('verifies what is signed with %s, and refuses it with a flipped bit', async (alg) => {
  const tokens = await signTokens(keys, alg, alg === 'ES256' ? 600 : 2)
  const accepted = await Promise.all(tokens.map((token) => matches(alg, token)))
  expect(new Set(accepted)).toEqual(new Set([true]))
  const refused = await Promise.all(tokens.map((token) => matches(alg, flipped(token))))
  expect(new Set(refused)).toEqual(new Set([false]))
})
