import { spread } from '../interleave.js'
import { cell, type Verdict } from '../results.js'
import { httpContestants } from './contestants.js'
import type { Served } from './fleet.js'
import { bareExpress, divided, median, ours, overBare, wall, type Mode, type Rounds } from './rounds.js'

const peers = httpContestants.filter(({ peer }) => peer).map(({ name }) => name as string)

type Measured = readonly [Mode, Rounds] | undefined

/** What this package wants to reach, from the rounds with 64 connections and with one. */
export function verdictsOf(alg: string, many: Measured, one: Measured): Verdict[] {
  return [
    ...(many === undefined ? [] : atSixtyFour(alg, many[1])),
    ...(one === undefined ? [] : atOne(alg, one[1])),
  ]
}

function atSixtyFour(alg: string, rounds: Rounds): Verdict[] {
  const at = `HTTP, ${alg}, 64 connections`
  const mine = rounds[ours]
  const bare = rounds[bareExpress]
  const verdicts: Verdict[] = [
    { target: `${at}: requests/s, times those of the best peer`, ...hardest(rounds, wall), atLeast: 1 },
    {
      target: `${at}: requests/s of bare Express's`,
      reached: cell(divided(bare, mine, wall), 'ratio'),
      atLeast: 0.78,
    },
  ]
  const passport = rounds['reverse-jwt, Passport']
  const other = rounds['passport-jwt']
  if (passport !== undefined && other !== undefined) {
    verdicts.push({
      target: `${at}: through Passport, requests/s, times passport-jwt's`,
      reached: cell(divided(other, passport, wall), 'ratio'),
      atLeast: 2,
    })
  }
  verdicts.push(mainThread(at, rounds), {
    target: `${at}: event-loop delay p99, of that with the thread pool only`,
    reached: cell(
      divided(mine, rounds['node:crypto, pool'], ({ spent }) => spent.delay),
      'ratio',
    ),
    atMost: 1.1,
  })
  verdicts.push({
    target: `${at}: requests/s with RedisReplayStore of those with MemoryReplayStore`,
    reached: cell(divided(mine, rounds['reverse-jwt, Redis'], wall), 'ratio'),
    atLeast: 0.7,
  })
  return verdicts
}

/** Either 20 µs a request, or 0.4 of what express-jwt adds: the one that is nearer to being met. */
function mainThread(at: string, rounds: Rounds): Verdict {
  const bare = rounds[bareExpress]
  const added = overBare(rounds[ours], bare)
  const theirs = overBare(rounds['express-jwt'], bare).median
  const target = `${at}: main-thread CPU beyond bare Express, a request`
  if (added.median <= 20 || !(theirs > 0)) return { target, reached: cell(added, 'µs'), atMost: 20 }
  const share = { median: added.median / theirs, least: added.least / theirs, most: added.most / theirs }
  return {
    target: `${target}, of what express-jwt adds`,
    reached: cell(share, 'ratio'),
    against: `${added.median.toFixed(1)} µs, not 20; express-jwt ${theirs.toFixed(1)} µs`,
    atMost: 0.4,
  }
}

function atOne(alg: string, rounds: Rounds): Verdict[] {
  const target = `HTTP, ${alg}, one connection: p50 of the best peer, times ours`
  return [{ target, ...hardest(rounds, median), atLeast: 1 }]
}

/** The peer that comes nearest: how many times its number is ours. */
function hardest(rounds: Rounds, what: (one: Served) => number) {
  const [name = 'no peer'] = peers
    .filter((peer) => peer in rounds)
    .toSorted((one, other) => ofOurs(rounds, one, what) - ofOurs(rounds, other, what))
  return { reached: cell(divided(rounds[name], rounds[ours], what), 'ratio'), against: name }
}

function ofOurs(rounds: Rounds, peer: string, what: (one: Served) => number): number {
  return spread([divided(rounds[peer], rounds[ours], what).median]).median
}
