import { algs, makeKeys, type Alg } from '../platform.js'
import type { Bars, Part, Table, Verdict } from '../results.js'
import { signTokens } from '../tokens.js'
import { httpContestants, whoVerify } from './contestants.js'
import { Fleet } from './fleet.js'
import { takeTurns } from './turns.js'
import type { Mode, Rounds } from './rounds.js'
import { chartOf, closedTable, latencyTable, twoProcesses } from './tables.js'
import { verdictsOf } from './verdicts.js'

export interface HttpSize {
  readonly warmUp: number
  readonly modes: Readonly<Record<Alg, readonly Mode[]>>
  /** Rounds with one process and with two. */
  readonly pairs?: Mode
}

const inChart: readonly Alg[] = ['RS256', 'ES256']

/** Express with one protected route: ours, the peers, no protection at all. */
export async function http({ warmUp, modes, pairs }: HttpSize): Promise<Part> {
  const keys = makeKeys()
  const tables: Table[] = []
  const verdicts: Verdict[] = []
  const charts: Bars[] = []
  const fleet = await Fleet.start(
    keys.jwks,
    httpContestants.map(({ name }) => name),
  )
  try {
    for (const alg of algs) {
      const names = whoVerify(alg)
      const needed = modes[alg].reduce((sum, { rounds, count }) => sum + rounds * count, warmUp)
      const take = await fleet.useTokens(await signTokens(keys, alg, needed))
      const first = take(warmUp)
      for (const name of names) await fleet.serve([name], { from: first, count: warmUp, connections: 16 })
      for (const mode of modes[alg]) {
        const groups = names.map((name) => [name])
        const rounds = await takeTurns(fleet, groups, mode, take)
        tables.push(
          mode.rate === undefined ? closedTable(alg, mode, rounds) : latencyTable(alg, mode, rounds),
        )
        if (mode.connections !== 64 || mode.rate !== undefined) continue
        verdicts.push(...verdictsOf(alg, rounds))
        if (inChart.includes(alg)) charts.push(chartOf(alg, rounds))
      }
    }
    if (pairs !== undefined) {
      const rounds = await inPairs(
        fleet,
        await signTokens(keys, 'RS256', warmUp + 2 * pairs.rounds * pairs.count),
        pairs,
        warmUp,
      )
      tables.push(twoProcesses(rounds, pairs))
    }
  } finally {
    await fleet.stop()
  }
  return { tables, verdicts, charts }
}

/** One process, and two that share a Redis: they cannot share tokens. */
async function inPairs(fleet: Fleet, tokens: readonly string[], mode: Mode, warmUp: number): Promise<Rounds> {
  const take = await fleet.useTokens(tokens)
  await fleet.add('second process', 'reverse-jwt, Redis')
  await fleet.serve(['second process'], { from: take(warmUp), count: warmUp, connections: 16 })
  const alone = ['reverse-jwt, Redis']
  return takeTurns(fleet, [alone, [...alone, 'second process']], mode, take)
}
