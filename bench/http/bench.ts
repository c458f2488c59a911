import { orderOf } from '../interleave.js'
import { makeKeys, type Alg } from '../platform.js'
import type { Bars, Part, Table, Verdict } from '../results.js'
import { signTokens } from '../tokens.js'
import { httpContestants, whoVerify } from './contestants.js'
import { Fleet, type Served } from './fleet.js'
import type { Mode, Rounds } from './rounds.js'
import { chartsOf, costTable, latencyTable, speedTable, twoProcesses } from './tables.js'
import { verdictsOf } from './verdicts.js'

export interface HttpSize {
  readonly warmUp: number
  readonly modes: readonly Mode[]
  /** What is measured with the other algorithms, RS256 apart. */
  readonly others: readonly Mode[]
  /** Rounds with one process and with two. */
  readonly pairs: Mode
}

/** Express with one protected route: ours, the peers, no protection at all. */
export async function http(size: HttpSize): Promise<Part> {
  const keys = makeKeys()
  const tables: Table[] = []
  const verdicts: Verdict[] = []
  const charts: Bars[] = []
  const fleet = await Fleet.start(
    keys.jwks,
    httpContestants.map(({ name }) => name),
  )
  try {
    const algs: readonly Alg[] = size.others.length > 0 ? ['RS256', 'ES256', 'PS256', 'EdDSA'] : ['RS256']
    for (const alg of algs) {
      const modes = alg === 'RS256' ? size.modes : size.others
      const needed = [...modes, size.pairs, size.pairs].map(({ rounds, count }) => rounds * count)
      const total = 2 * size.warmUp + needed.reduce((sum, one) => sum + one, 0)
      await fleet.useTokens(await signTokens(keys, alg, total))
      const names = whoVerify(alg)
      let from = 0
      const take = (count: number) => {
        from += count
        return from - count
      }
      const first = take(size.warmUp)
      for (const name of names)
        await fleet.serve([name], { from: first, count: size.warmUp, connections: 16 })
      const measured = new Map<Mode, Rounds>()
      for (const mode of modes) {
        const rounds = await taken(
          fleet,
          names.map((name) => [name]),
          mode,
          take,
        )
        measured.set(mode, rounds)
        tables.push(...tablesOf(alg, mode, rounds))
      }
      const by = (connections: number) =>
        [...measured].find(([mode]) => mode.connections === connections && mode.rate === undefined)
      verdicts.push(...verdictsOf(alg, by(64), by(1)))
      if (alg !== 'RS256') continue
      charts.push(...chartsOf(by(64)?.[1], by(1)?.[1]))
      await fleet.add('second process', 'reverse-jwt, Redis')
      await fleet.serve(['second process'], { from: take(size.warmUp), count: size.warmUp, connections: 16 })
      const alone = ['reverse-jwt, Redis']
      const pair = await taken(fleet, [alone, [...alone, 'second process']], size.pairs, take)
      tables.push(twoProcesses(pair, size.pairs))
    }
  } finally {
    await fleet.stop()
  }
  return { tables, verdicts, charts }
}

/** Rounds in which each of these groups of processes has its turn with the same tokens, another one first each time. */
async function taken(
  fleet: Fleet,
  groups: readonly (readonly string[])[],
  { connections, rate, rounds, count }: Mode,
  take: (count: number) => number,
): Promise<Rounds> {
  const served: Record<string, Served[]> = {}
  for (let round = 0; round < rounds; round++) {
    // Groups that share a Redis cannot share tokens.
    const overlapping = new Set(groups.flat()).size < groups.flat().length
    let from = overlapping ? NaN : take(count)
    for (const labels of orderOf(groups, round)) {
      if (overlapping) from = take(count)
      const one = await fleet.serve(labels, { from, count, connections, ...(rate !== undefined && { rate }) })
      const mine = (served[labels.join(' and ')] ??= [])
      mine.push(one)
    }
  }
  return served
}

function tablesOf(alg: Alg, mode: Mode, rounds: Rounds): Table[] {
  if (mode.rate !== undefined) return [latencyTable(alg, mode, rounds)]
  return [speedTable(alg, mode, rounds), costTable(alg, mode, rounds)]
}
