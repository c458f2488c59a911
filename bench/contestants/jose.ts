import { jwtVerify } from 'jose'
import { audience, issuer, tokenType } from '../platform.js'
import { awaited, type Contestant, type Task } from './contestant.js'

export const jose: Contestant = {
  name: 'jose',
  note: '`jwtVerify` with a `KeyObject`',
  peer: true,
  begin: (task) => awaited(task.tokens, joseVerify(task)),
}

/** What people write by hand for tokens of one use. */
export const joseAndMap: Contestant = {
  name: 'jose + Map',
  note: '`jwtVerify`, then a `Map` of used ids that nobody empties; only where single use matters',
  peer: true,
  begin(task) {
    const verify = joseVerify(task)
    const used = new Map<string, number>()
    return awaited(task.tokens, async (token) => {
      const { payload } = await verify(token)
      const { jti = '', exp = 0 } = payload
      if (used.has(jti)) throw new Error('used before')
      used.set(jti, exp)
    })
  },
}

function joseVerify({ alg, keys, byKid }: Task) {
  const options = { algorithms: [alg], audience, issuer, typ: tokenType }
  const key = keys.publicKeys[alg]
  if (!byKid) return (token: string) => jwtVerify(token, key, options)
  const byName = new Map(keys.jwks.keys.map(({ kid, alg }) => [kid, keys.publicKeys[alg]]))
  return (token: string) =>
    jwtVerify(
      token,
      ({ kid = '' }) => {
        const found = byName.get(kid)
        if (found === undefined) throw new Error('no such key')
        return found
      },
      options,
    )
}
