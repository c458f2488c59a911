import { jest } from '@jest/globals'
import { createSigner, type SignerOptions } from '../../lib/customer/index.js'
import type { SigningVector } from './shape.js'
import { privateJwk, vectors } from './vectors.js'

/** What our signer makes of what is given, at that moment and with that jti. The caller restores the mocks. */
export function signedByUs({ alg, key, given }: SigningVector): Promise<string> {
  const { extra, jti, ...options } = given
  jest.spyOn(Date, 'now').mockReturnValue(vectors.now * 1000 + 999)
  jest.spyOn(crypto, 'randomUUID').mockReturnValue(jti as ReturnType<typeof crypto.randomUUID>)
  const signer = createSigner({ ...options, alg, privateKey: privateJwk(key) } as SignerOptions)
  return signer.sign(extra)
}
