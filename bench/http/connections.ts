import { spread } from '../interleave.js'
import { makeKeys, type Alg } from '../platform.js'
import { cell, type Part, type Table } from '../results.js'
import { signTokens } from '../tokens.js'
import { yardstick, type HttpContestantName } from './contestants.js'
import { Fleet, type Served } from './fleet.js'
import { divided, median, ours, p99, poolByHand, type Rounds } from './rounds.js'
import { named } from './tables.js'
import { takeTurns } from './turns.js'

export interface ConnectionsSize {
  readonly algs: readonly Alg[]
  readonly warmUp: number
  readonly rounds: number
  /** Requests a turn, for each connection and together at least. */
  readonly each: number
  readonly minCount: number
}

const levels = [1, 2, 4, 8, 16, 64]
const names: readonly HttpContestantName[] = [ours, poolByHand, 'jose + Map']

/** Latency and loop delay as connections become more: where a signature is better verified at once, and where in the pool. */
export async function byConnections({
  algs,
  warmUp,
  rounds,
  each,
  minCount,
}: ConnectionsSize): Promise<Part> {
  const keys = makeKeys()
  const modes = levels.map((connections) => ({
    connections,
    rounds,
    count: Math.max(minCount, each * connections),
  }))
  const needed = modes.reduce((sum, { count }) => sum + rounds * count, warmUp)
  const tables: Table[] = []
  const fleet = await Fleet.start(keys.jwks, names)
  try {
    for (const alg of algs) {
      const take = await fleet.useTokens(await signTokens(keys, alg, needed))
      const first = take(warmUp)
      for (const name of names) await fleet.serve([name], { from: first, count: warmUp, connections: 16 })
      const groups = names.map((name) => [name])
      const rows: Table['rows'][number][] = []
      for (const mode of modes) {
        const measured = await takeTurns(fleet, groups, mode, take)
        rows.push(
          ...names.map((name) => ({
            name: `${named(mode)}, ${name}`,
            cells: cellsOf(measured, name, mode.count),
          })),
        )
      }
      tables.push(tableOf(alg, rows))
    }
  } finally {
    await fleet.stop()
  }
  return { tables, verdicts: [] }
}

function cellsOf(rounds: Rounds, name: string, count: number) {
  const mine = rounds[name] ?? []
  const delay = ({ spent }: Served) => spent.delay
  return [
    cell(spread(mine.map((one) => (count * 1e9) / one.wall)), '/s'),
    cell(spread(mine.map(median)), 'µs'),
    cell(divided(mine, rounds[ours], median), 'ratio'),
    cell(spread(mine.map(p99)), 'µs'),
    cell(divided(mine, rounds[ours], p99), 'ratio'),
    cell(spread(mine.map(delay)), 'ms'),
    cell(divided(mine, rounds[ours], delay), 'ratio'),
  ]
}

function tableOf(alg: string, rows: Table['rows']): Table {
  return {
    title: `HTTP, ${alg}, by the number of connections`,
    text: `Closed loop. The rule in \`lib/verify/signature.ts\`, when to verify at once and when in the thread pool, rests on this. \`node:crypto, pool\` is ${yardstick}; it verifies every signature in the thread pool, whatever else is in flight. The delay of the event loop is p99 at a resolution of 1 ms; an idle loop has about one.`,
    columns: ['requests/s', 'p50', 'p50 ÷ ours', 'p99', 'p99 ÷ ours', 'loop delay p99', 'loop delay ÷ ours'],
    rows,
  }
}
