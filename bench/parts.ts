import { http, type HttpSize } from './http/bench.js'
import { inProcess } from './in-process.js'
import { refusals } from './refusals.js'
import { registry } from './registry.js'
import { replayInRedis } from './replay-in-redis.js'
import { replay } from './replay.js'
import type { Part } from './results.js'
import { scale } from './scale.js'

export type Form = 'short' | 'full'

export const formOf = (full: boolean): Form => (full ? 'full' : 'short')

const shortHttp: HttpSize = {
  warmUp: 1500,
  modes: [
    { connections: 1, rounds: 7, count: 500 },
    { connections: 8, rounds: 5, count: 1000 },
    { connections: 64, rounds: 9, count: 2000 },
    { connections: 64, rate: 1000, rounds: 3, count: 500 },
  ],
  others: [],
  pairs: { connections: 64, rounds: 3, count: 1000 },
}

const fullHttp: HttpSize = {
  warmUp: 5000,
  modes: [
    { connections: 1, rounds: 21, count: 1000 },
    { connections: 8, rounds: 15, count: 2000 },
    { connections: 64, rounds: 21, count: 3000 },
    { connections: 64, rate: 500, rounds: 5, count: 1000 },
    { connections: 64, rate: 1000, rounds: 5, count: 2000 },
    { connections: 64, rate: 2000, rounds: 5, count: 4000 },
  ],
  others: [
    { connections: 1, rounds: 11, count: 500 },
    { connections: 64, rounds: 11, count: 1500 },
  ],
  pairs: { connections: 64, rounds: 7, count: 3000 },
}

interface Runnable {
  readonly title: string
  readonly run: (form: Form) => Promise<Part>
}

function sized<Size>(
  title: string,
  measure: (size: Size) => Promise<Part>,
  sizes: Readonly<Record<Form, Size>>,
): Runnable {
  return { title, run: (form) => measure(sizes[form]) }
}

/** What can be measured, in the order in which it is. */
export const parts = {
  'in-process': sized('Verification in process', inProcess, {
    short: { rounds: 9, warmUp: 2, batch: 1200, batchOfOne: 150 },
    full: { rounds: 31, warmUp: 3, batch: 3000, batchOfOne: 500 },
  }),
  http: sized('Express with one protected route', http, { short: shortHttp, full: fullHttp }),
  refusals: sized('Refusals', refusals, {
    short: { rounds: 9, warmUp: 4, batch: 600 },
    full: { rounds: 61, warmUp: 5, batch: 1000 },
  }),
  replay: sized('Used ids in memory', replay, {
    short: { rounds: 9, warmUp: 2, batch: 50_000 },
    full: { rounds: 41, warmUp: 3, batch: 50_000 },
  }),
  'replay-in-redis': sized('Used ids in Redis', replayInRedis, {
    short: { rounds: 9, warmUp: 2, batch: 5000 },
    full: { rounds: 41, warmUp: 3, batch: 10_000 },
  }),
  scale: sized('Scale', scale, {
    short: { rounds: 9, warmUp: 2, batch: 1500, weighed: 10_000, idsInRedis: 125_000 },
    full: { rounds: 31, warmUp: 3, batch: 3000, weighed: 200_000, idsInRedis: 1_000_000 },
  }),
  registry: sized('Projects in PostgreSQL', registry, {
    short: { projects: 100_000, rounds: 9, warmUp: 2, batch: 200 },
    full: { projects: 1_000_000, rounds: 21, warmUp: 3, batch: 500 },
  }),
} satisfies Record<string, Runnable>

export type PartName = keyof typeof parts
