import { cell, type Verdict } from '../results.js'
import { targets } from '../targets.js'
import { httpContestants } from './contestants.js'
import { divided, ours, poolByHand, wall, type Rounds } from './rounds.js'

const peers = httpContestants.filter(({ peer }) => peer).map(({ name }) => name as string)

/** What this package wants to reach, from the rounds with 64 connections. */
export function verdictsOf(alg: string, rounds: Rounds): Verdict[] {
  const at = `HTTP, ${alg}, 64 connections`
  const mine = rounds[ours]
  const [best = 'no peer'] = peers
    .filter((peer) => peer in rounds)
    .toSorted((one, other) => timeOfOurs(rounds, one).median - timeOfOurs(rounds, other).median)
  const verdicts: Verdict[] = [
    {
      target: `${at}: requests/s, times those of the best peer`,
      reached: cell(timeOfOurs(rounds, best), 'ratio'),
      against: best,
      atLeast: targets.minOfBestPeer,
    },
    {
      target: `${at}: requests/s as a share of the handwritten yardstick's`,
      reached: cell(divided(rounds[poolByHand], mine, wall), 'ratio'),
      atLeast: targets.minOfYardstick,
    },
  ]
  const passport = rounds['reverse-jwt, Passport']
  const other = rounds['passport-jwt']
  if (passport !== undefined && other !== undefined) {
    verdicts.push({
      target: `${at}: through Passport, requests/s, times passport-jwt's`,
      reached: cell(divided(other, passport, wall), 'ratio'),
      atLeast: targets.minOfPassportJwt,
    })
  }
  return verdicts
}

/** How many times as long as ours it takes. */
function timeOfOurs(rounds: Rounds, peer: string) {
  return divided(rounds[peer], rounds[ours], wall)
}
