import type { Alg } from './platform.js'
import { majorOf } from './results-file.js'

/** Numbers that some Nodes have of their own. */
function byNode<T>(usual: T, others: Readonly<Record<string, T>>): T {
  return others[majorOf(process.version)] ?? usual
}

/** What the medians are to reach on the Node that measures. All but bytes, milliseconds and queries are ratios of one run. */
export const targets = {
  /** Tokens a second in process, of those of crypto.verify. At least. */
  ofCryptoVerify: { ES256: 0.93, EdDSA: 0.93, RS256: 0.75, PS256: 0.75 } satisfies Record<Alg, number>,
  /** CPU of the main thread a token, of that of jose. At most. */
  mainThreadOfJose: { ES256: 0.5, EdDSA: 0.7, RS256: 0.5, PS256: 0.5 } satisfies Record<Alg, number>,
  /** Bytes allocated for an ES256 token. At most. */
  bytesAToken: byNode(4_000, { 24: 5_000 }),

  /** Requests a second at 64 connections. At least. */
  ofBestPeer: byNode(1, { 24: 1.1, 26: 1.1 }),
  ofPoolByHand: 0.92,
  ofPassportJwt: 2,

  /** Honest calls during a flood: their share that is answered 200, at least, and their p99 of that with jose by hand, at most. */
  honestShare: 1,
  honestP99OfJose: 1,

  /** Milliseconds from before the import to after the first token. At most. */
  start: 50,

  /** Ids a second of a Redis store with `afterDataLoss: 'refuse'`, of the default's. At least. */
  refuseOfAccept: 0.4,
  /** Queries for a cold key. At most. */
  queriesForAColdKey: 1,
} as const
