import { orderOf } from '../interleave.js'
import type { Fleet, Served, Take } from './fleet.js'
import type { Mode, Rounds } from './rounds.js'

/** Rounds in which each of these groups of processes has its turn with the same tokens, another one first each time. */
export async function takeTurns(
  fleet: Fleet,
  groups: readonly (readonly string[])[],
  { connections, rate, rounds, count }: Mode,
  take: Take,
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
