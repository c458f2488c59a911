import type { Alg } from './platform.js'
import { majorOf } from './results-file.js'

/** Numbers that some Nodes have of their own. */
function byNode<T>(onMost: T, others: Readonly<Record<string, T>>): T {
  return others[majorOf(process.version)] ?? onMost
}

/** What the medians are to reach on the Node that measures. Ratios of one run, unless the name says otherwise. */
export const targets = {
  /** Tokens a second in process, as a share of those of crypto.verify. */
  minOfCryptoVerify: { ES256: 0.93, EdDSA: 0.93, RS256: 0.75, PS256: 0.75 } satisfies Record<Alg, number>,
  /** CPU of the main thread a token, as a share of jose's. */
  maxMainThreadOfJose: { ES256: 0.5, EdDSA: 0.7, RS256: 0.5, PS256: 0.5 } satisfies Record<Alg, number>,
  /** Allocated for an ES256 token: 4 KB, and 5 KB on Node 24. A KB is 1,024 bytes. */
  maxBytesAToken: byNode(4 * 1024, { 24: 5 * 1024 }),

  /** Requests a second at 64 connections. */
  minOfBestPeer: byNode(1, { 24: 1.1, 26: 1.1 }),
  minOfYardstick: 0.92,
  minOfPassportJwt: 2,

  /** How many times as long as ours the cheapest peer takes for the same refusal. */
  minOfCheapestRefusal: { segments: 3, algNone: 1.3, unknownKid: 0.9, claims: 2, signature: 0.9 },

  /** Honest calls during a flood: the share that is answered 200, and their p99 as a share of that with jose by hand. */
  minHonestShare: 1,
  maxHonestP99OfJose: 1,

  /** Tokens a second of a token endpoint, as a share of a route that signs for everybody. */
  minOfBareMint: 0.8,
  /** Requests a second of a service with `sessionAuth`, as a multiple of the others'. */
  minSessionsOfPeer: 1,
  maxRevocationMicros: 0.3,
  /** All listeners of events, for an accepted request. */
  maxListenersMicros: 3,
  /** How many times as long as `corsFor` the package cors takes. */
  minOfCors: 1,

  /** From before the import to after the first token. */
  maxStartMs: 50,

  /** What `MemoryReplayStore` takes in. */
  minIdsASecond: 500_000,
  /** Ids a second of a Redis store with `afterDataLoss: 'refuse'`, as a share of the default's. */
  minRefuseOfAccept: 0.4,
  maxBytesAnIdInRedis: 160,

  /** Cost of a token among 1,000,000, as a multiple of that among 1,000. */
  maxOfCostAmongThousand: 1.3,

  maxQueriesForAColdKey: 1,
  maxColdKeyOfSelect: 15,
  maxWarmKeyOfSelect: 0.05,
} as const
