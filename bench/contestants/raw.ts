import { bareSignature, verifyBare } from '../bare-signature.js'
import type { Contestant } from './contestant.js'

/** Nothing but the signature, everything taken out of the token beforehand. */
export const raw: Contestant = {
  name: 'crypto.verify',
  note: 'the limit: `node:crypto` `verify` with a callback and a bare `KeyObject`, on the thread pool, over bytes that were prepared beforehand, ES256 signatures in DER; PS256 needs an options object, or `subtle.verify` on Node 24.17 to 24.21, which is the faster one there',
  peer: false,
  begin({ alg, keys, tokens }) {
    const jwk = keys.jwks.keys.find((one) => one.alg === alg)
    if (jwk === undefined) return undefined
    const verify = verifyBare(alg, keys.publicKeys[alg], jwk)
    const parts = tokens.map((token) => {
      const end = token.lastIndexOf('.')
      return {
        input: Buffer.from(token.slice(0, end), 'latin1'),
        signature: bareSignature(alg, Buffer.from(token.slice(end + 1), 'base64url')),
      }
    })
    return (item, done, failed) => {
      const { input, signature } = parts[item] as (typeof parts)[number]
      verify(input, signature, (error, matches) => {
        if (matches) done()
        else failed(error ?? new Error('the signature does not match'))
      })
    }
  },
}
