import { readFileSync } from 'node:fs'

/** What one contestant's turn took. Nanoseconds. */
export interface Turn {
  readonly wall: number
  /** CPU time of the main thread, which is the one that serves requests. */
  readonly main: number
  /** CPU time of all threads. */
  readonly cpu: number
}

/** One turn. Gets the number of the round; warm-up rounds have numbers of their own. */
export type Contestant = (round: number) => Promise<void> | void

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/**
 * Lets the contestants take turns: A B C, then backwards from another one, ... A machine that is busy with something else
 * for a while is then busy for all of them, and no one always comes after the same other. `lead` runs before each turn and
 * is not timed.
 */
export async function interleave<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  rounds: number,
  warmUp: number,
  lead?: () => Promise<void>,
): Promise<Readonly<Record<Name, readonly Turn[]>>> {
  const names = Object.keys(contestants) as Name[]
  const turns = Object.fromEntries(names.map((name) => [name, [] as Turn[]])) as Record<Name, Turn[]>
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of orderOf(names, round)) {
      await lead?.()
      const turn = await timed(contestants[name], round)
      if (round >= warmUp) turns[name].push(turn)
    }
  }
  return turns
}

/** Another one first every second round, and every second round backwards. */
export function orderOf<T>(all: readonly T[], round: number): readonly T[] {
  const first = Math.ceil(round / 2) % all.length
  const rotated = [...all.slice(first), ...all.slice(0, first)]
  return round % 2 === 0 ? rotated : rotated.reverse()
}

/** `of` divided by `by`, round by round: what both met in one round cancels out. */
export function ratio(of: readonly Turn[], by: readonly Turn[], what: keyof Turn): Spread {
  return spread(of.map((turn, round) => turn[what] / (by[round]?.[what] ?? NaN)))
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? NaN
  return { median: at(0.5), min: at(0), max: at(1) }
}

async function timed(contestant: Contestant, round: number): Promise<Turn> {
  const main = mainThreadCpu()
  const cpu = process.cpuUsage()
  const start = performance.now()
  await contestant(round)
  const wall = (performance.now() - start) * 1e6
  const { user, system } = process.cpuUsage(cpu)
  return { wall, main: mainThreadCpu() - main, cpu: (user + system) * 1e3 }
}

/** Linux tells the time of one thread in nanoseconds. Elsewhere: how long the event loop was not idle. */
export function mainThreadCpu(): number {
  try {
    return Number.parseInt(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1'), 10)
  } catch {
    return performance.eventLoopUtilization().active * 1e6
  }
}
