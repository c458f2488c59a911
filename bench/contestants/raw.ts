import { verify } from 'node:crypto'
import { parameters } from '../tokens.js'
import type { Contestant } from './contestant.js'

/** Nothing but the signature, everything taken out of the token beforehand. */
export const raw: Contestant = {
  name: 'crypto.verify',
  note: 'the limit: `node:crypto` `verify` with a callback, on the thread pool, over bytes that were prepared beforehand',
  peer: false,
  begin({ alg, keys, tokens }) {
    const key = { key: keys.publicKeys[alg], ...parameters[alg] }
    const digest = alg === 'EdDSA' ? null : 'sha256'
    const parts = tokens.map((token) => {
      const end = token.lastIndexOf('.')
      return {
        input: Buffer.from(token.slice(0, end), 'latin1'),
        signature: Buffer.from(token.slice(end + 1), 'base64url'),
      }
    })
    return (item, done, failed) => {
      const { input, signature } = parts[item] as (typeof parts)[number]
      verify(digest, input, key, signature, (error, matches) => {
        if (matches) done()
        else failed(error ?? new Error('the signature does not match'))
      })
    }
  },
}
