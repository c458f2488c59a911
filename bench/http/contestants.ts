import type { Alg } from '../platform.js'

export interface HttpContestant {
  readonly name: string
  readonly note: string
  /** Whether it is one of the others. Not a yardstick, and not this package. */
  readonly peer: boolean
  /** The algorithms that it cannot verify. */
  readonly lacks?: readonly Alg[]
}

/** The same words wherever it is meant. */
export const yardstick =
  'the handwritten yardstick (signature, `exp`, `aud`, `iss`, used ids; no strict parsing)'

const lacksEdDSA = ['EdDSA'] as const

/** Who stands before the protected route. What each is made of is in ours.ts, peers.ts and yardsticks.ts. */
export const httpContestants = [
  { name: 'bare Express', note: 'the same route without any protection', peer: false },
  {
    name: 'node:crypto, pool',
    note: `${yardstick}: \`verify\` on the thread pool with a bare key, a \`Set\` of used ids`,
    peer: false,
  },
  {
    name: 'reverse-jwt',
    note: '`reverseJwt` with `MemoryKeyStore` and `MemoryReplayStore`; the Origin is checked too',
    peer: false,
  },
  {
    name: 'reverse-jwt, Redis',
    note: 'the same with `RedisReplayStore`, ioredis and a Redis on the same machine (no append-only file)',
    peer: false,
  },
  {
    name: 'reverse-jwt, Passport',
    note: '`ReverseJwtStrategy` behind `passport.authenticate`, memory stores',
    peer: false,
  },
  {
    name: 'express-jwt',
    note: '`expressjwt` with `jwks-rsa` and its cache; no EdDSA',
    peer: true,
    lacks: lacksEdDSA,
  },
  {
    name: 'passport-jwt',
    note: 'with `jwks-rsa` and its cache; no EdDSA',
    peer: true,
    lacks: lacksEdDSA,
  },
  {
    name: 'express-oauth2-jwt-bearer',
    note: '`auth` with issuer, audience and `jwksUri`',
    peer: true,
  },
  {
    name: 'jose + Map',
    note: 'written by hand: `jwtVerify`, the key by `kid` from a `Map`, then a `Map` of used ids that nobody empties',
    peer: true,
  },
] as const satisfies readonly HttpContestant[]

export type HttpContestantName = (typeof httpContestants)[number]['name']

/** Those who take part when the tokens are signed like this. */
export function whoVerify(alg: Alg): readonly HttpContestantName[] {
  const all: readonly (HttpContestant & { readonly name: HttpContestantName })[] = httpContestants
  return all.filter(({ lacks = [] }) => !lacks.includes(alg)).map(({ name }) => name)
}
