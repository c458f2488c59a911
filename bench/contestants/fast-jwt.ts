import { createVerifier } from 'fast-jwt'
import { audience, issuer, tokenType } from '../platform.js'
import { inline, type Contestant } from './contestant.js'

export const fastJwt: Contestant = {
  name: 'fast-jwt',
  note: '`createVerifier` without its cache, in its synchronous form, which is its faster one: with a key function it imports the key for each token; knows one key, so no kid',
  peer: true,
  begin({ alg, keys, tokens, byKid }) {
    if (byKid) return undefined
    const verify = createVerifier({
      key: keys.publicKeys[alg].export({ format: 'pem', type: 'spki' }),
      algorithms: [alg],
      cache: false,
      allowedAud: audience,
      allowedIss: issuer,
      checkTyp: tokenType,
    })
    return inline(tokens, verify)
  },
}
