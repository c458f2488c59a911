import type { Served } from '../http/fleet.js'
import { divided, median, ours, p99 } from '../http/rounds.js'
import { spread } from '../interleave.js'
import { cell, type Table, type Verdict } from '../results.js'
import { targets } from '../targets.js'
import type { Attack } from './attackers.js'
import { attackingConnections, honestRate } from './sizes.js'

export interface Flooded {
  /** The honest calls. */
  readonly served: Served
  readonly attack: Attack
}

/** By the name of the contestant, round by round. */
export type FloodRounds = Readonly<Record<string, readonly Flooded[]>>

const kinds =
  'a quarter each of rubbish (half random segments, half alg none), expired, forged (a flipped bit, the right kid) and used tokens'

export function floodTable(alg: string, rounds: FloodRounds, rate?: number): Table {
  const how =
    rate === undefined
      ? 'closed loop: whoever refuses faster is sent more'
      : `open loop, ${rate.toLocaleString('en')} a second for all`
  const ourTime = (round: number) => {
    const one = rounds[ours]?.[round]
    return one === undefined ? NaN : timeOfRefusal(one.attack)
  }
  return {
    title: rate === undefined ? `Flood, ${alg}, closed loop` : `Flood, ${alg}, at a fixed rate`,
    text: `${attackingConnections} connections send ${kinds}, in ${how}. Meanwhile ${honestRate} honest calls a second start on connections of their own, whatever becomes of those before; their latency counts from when they were meant to start.`,
    columns: [
      'honest answered 200',
      'honest p50',
      'honest p99',
      'p99 ÷ ours',
      'refusals/s',
      'time a refusal ÷ ours',
      'loop delay p99',
    ],
    rows: Object.entries(rounds).map(([name, mine]) => ({
      name,
      cells: [
        cell(answeredShare(mine), 'ratio'),
        cell(spread(mine.map(({ served }) => median(served) / 1e3)), 'ms'),
        cell(spread(mine.map(({ served }) => p99(served) / 1e3)), 'ms'),
        cell(divided(mine.map(honest), rounds[ours]?.map(honest), p99), 'ratio'),
        cell(spread(mine.map(({ attack }) => 1e9 / timeOfRefusal(attack))), '/s'),
        cell(spread(mine.map(({ attack }, round) => timeOfRefusal(attack) / ourTime(round))), 'ratio'),
        cell(spread(mine.map(({ served }) => served.spent.delay)), 'ms'),
      ],
    })),
  }
}

/** From the closed loop, and the latency from the rounds at a fixed rate too. */
export function floodVerdicts(alg: string, closed: FloodRounds, fixed: FloodRounds, rate: number): Verdict[] {
  const p99OfJose = ({ [ours]: mine = [], 'jose + Map': theirs = [] }: FloodRounds) =>
    cell(divided(mine.map(honest), theirs.map(honest), p99), 'ratio')
  const target = `flood, ${alg}: p99 of the honest calls as a multiple of that with jose by hand`
  return [
    {
      target: `flood, ${alg}: share of the honest calls that is answered 200`,
      reached: cell(answeredShare(closed[ours] ?? []), 'ratio'),
      atLeast: targets.minHonestShare,
    },
    { target, reached: p99OfJose(closed), atMost: targets.maxHonestP99OfJose },
    {
      target: `${target}, at ${rate.toLocaleString('en')}/s`,
      reached: p99OfJose(fixed),
      atMost: targets.maxHonestP99OfJose,
    },
  ]
}

const honest = ({ served }: Flooded) => served

/** Of all rounds together: one call that fails is one too many. */
function answeredShare(mine: readonly Flooded[]): number {
  const sum = (what: (one: Served) => number) => mine.reduce((total, { served }) => total + what(served), 0)
  return sum(({ statuses }) => statuses[200] ?? 0) / sum(({ latencies }) => latencies.length)
}

/** Nanoseconds. */
function timeOfRefusal({ wall, statuses }: Attack): number {
  return wall / Object.values(statuses).reduce((sum, count) => sum + count, 0)
}
