import { corsMiddleware } from './cors.js'
import { flood } from './flood/bench.js'
import { attackRate } from './flood/sizes.js'
import { http } from './http/bench.js'
import { byConnections } from './http/connections.js'
import { inProcess } from './in-process.js'
import { listening } from './listeners.js'
import { algs } from './platform.js'
import { refusals } from './refusals.js'
import { registry } from './registry.js'
import { replayInRedis } from './replay-in-redis.js'
import { replay } from './replay.js'
import { mint } from './mint/bench.js'
import type { Part } from './results.js'
import { scale } from './scale.js'
import { sessions } from './sessions/bench.js'
import { fullHttp, shortHttp } from './http/sizes.js'
import { start } from './start.js'

export type Form = 'short' | 'full'

export const formOf = (full: boolean): Form => (full ? 'full' : 'short')

interface Runnable {
  readonly title: string
  /** Whether `--nodes` measures it without being told to. The others say more of how things grow than of the Node. */
  readonly onEachNode: boolean
  readonly run: (form: Form) => Promise<Part>
}

function sized<Size>(
  title: string,
  measure: (size: Size) => Promise<Part>,
  sizes: Readonly<Record<Form, Size>>,
  { onEachNode = true } = {},
): Runnable {
  return { title, onEachNode, run: (form) => measure(sizes[form]) }
}

/** What can be measured, in the order in which it is. */
export const parts = {
  http: sized('Express with one protected route', http, { short: shortHttp, full: fullHttp }),
  'in-process': sized('Verification in process', inProcess, {
    short: { rounds: 25, warmUp: 2, batch: 800, batchOfOne: 100, delayed: 4000, weighed: 1000 },
    full: { rounds: 31, warmUp: 3, batch: 3000, batchOfOne: 500, delayed: 100_000, weighed: 1000 },
  }),
  refusals: sized('Refusals', refusals, {
    short: { rounds: 15, warmUp: 3, batch: 400 },
    full: { rounds: 61, warmUp: 5, batch: 1000 },
  }),
  flood: sized('A flood of bad tokens', flood, {
    short: { algs: ['RS256'], rounds: 9, rate: attackRate, roundsAtRate: 3, honest: 300 },
    full: { algs: ['RS256', 'ES256'], rounds: 21, rate: attackRate, roundsAtRate: 11, honest: 600 },
  }),
  cors: sized('CORS', corsMiddleware, {
    short: { rounds: 41, warmUp: 5, batch: 2_000 },
    full: { rounds: 101, warmUp: 5, batch: 5_000 },
  }),
  listeners: sized('Listeners of events', listening, {
    short: { rounds: 31, warmUp: 5, batch: 20_000 },
    full: { rounds: 101, warmUp: 5, batch: 50_000 },
  }),
  start: sized('Start', start, { short: { rounds: 11 }, full: { rounds: 41 } }),
  connections: sized('By the number of connections', byConnections, {
    short: { algs: ['RS256', 'ES256'], warmUp: 500, rounds: 7, each: 20, minCount: 200 },
    full: { algs, warmUp: 2000, rounds: 21, each: 50, minCount: 1000 },
  }),
  mint: sized('Token endpoint', mint, {
    short: { algs: ['ES256', 'RS256'], rounds: 11, warmUp: 2, batch: 1500 },
    full: { algs, rounds: 31, warmUp: 3, batch: 4000 },
  }),
  sessions: sized('Sessions', sessions, {
    short: { algs: ['ES256', 'RS256'], rounds: 11, warmUp: 2, batch: 1500, lookUps: 500_000, requests: 2000 },
    full: { algs, rounds: 31, warmUp: 3, batch: 3000, lookUps: 2_000_000, requests: 4000 },
  }),
  replay: sized(
    'Used ids in memory',
    replay,
    {
      short: { rounds: 9, warmUp: 2, batch: 50_000 },
      full: { rounds: 41, warmUp: 3, batch: 50_000 },
    },
    { onEachNode: false },
  ),
  'replay-in-redis': sized('Used ids in Redis', replayInRedis, {
    short: { rounds: 15, warmUp: 2, batch: 3000 },
    full: { rounds: 41, warmUp: 3, batch: 10_000 },
  }),
  scale: sized(
    'Scale',
    scale,
    {
      short: { rounds: 9, warmUp: 2, batch: 1500, max: 1_000_000, weighed: 10_000, idsInRedis: 125_000 },
      full: { rounds: 31, warmUp: 3, batch: 3000, max: 1_000_000, weighed: 200_000, idsInRedis: 1_000_000 },
    },
    { onEachNode: false },
  ),
  registry: sized('Projects in PostgreSQL', registry, {
    short: { projects: 100_000, rounds: 9, warmUp: 2, batch: 200 },
    full: { projects: 1_000_000, rounds: 21, warmUp: 3, batch: 500 },
  }),
} satisfies Record<string, Runnable>

export type PartName = keyof typeof parts
