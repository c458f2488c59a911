import jwt, { type GetPublicKeyOrSecret } from 'jsonwebtoken'
import { audience, issuer } from '../platform.js'
import type { Contestant } from './contestant.js'

export const jsonwebtoken: Contestant = {
  name: 'jsonwebtoken',
  note: '`verify` with a callback and a `KeyObject`; verifies on the main thread all the same; no EdDSA',
  peer: true,
  begin({ alg, keys, tokens, byKid }) {
    if (alg === 'EdDSA') return undefined
    const key = keys.publicKeys[alg]
    const byName = new Map(keys.jwks.keys.map(({ kid, alg }) => [kid, keys.publicKeys[alg]]))
    const find: GetPublicKeyOrSecret = ({ kid = '' }, give) => {
      const found = byName.get(kid)
      if (found === undefined) give(new Error('no such key'))
      else give(null, found)
    }
    const options = { algorithms: [alg], audience, issuer }
    return (item, done, failed) => {
      jwt.verify(tokens[item] as string, byKid ? find : key, options, (error) => {
        if (error === null) done()
        else failed(error)
      })
    }
  },
}
