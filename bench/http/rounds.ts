import { spread, type Spread } from '../interleave.js'
import type { Served } from './fleet.js'

/** One way of sending requests: closed loop, or open at so many a second. */
export interface Mode {
  readonly connections: number
  readonly rate?: number
  readonly rounds: number
  /** Requests a turn. */
  readonly count: number
}

/** By the name of the contestant, round by round. */
export type Rounds = Readonly<Record<string, readonly Served[]>>

export const bareExpress = 'bare Express'
export const ours = 'reverse-jwt'
export const poolByHand = 'node:crypto, pool'

/** One number of each of two contestants, divided round by round. */
export function divided(
  of: readonly Served[] = [],
  by: readonly Served[] = [],
  what: (one: Served) => number,
): Spread {
  return spread(of.map((one, round) => what(one) / what(by[round] ?? one)))
}

export const wall = (one: Served) => one.wall
export const median = (one: Served) => percentile(one.latencies, 0.5)
export const p99 = (one: Served) => percentile(one.latencies, 0.99)

/** Microseconds of the main thread a request beyond those of the unprotected route, round by round. */
export function beyond(mine: readonly Served[], bare: readonly Served[] = []): readonly number[] {
  const each = (one: Served | undefined) =>
    one === undefined ? NaN : one.spent.main / one.latencies.length / 1e3
  return mine.map((one, round) => each(one) - each(bare[round]))
}

/** Nearest rank. */
export function percentile(values: Float64Array, share: number): number {
  const sorted = values.toSorted()
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}
