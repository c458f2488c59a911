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
    .toSorted((one, other) => ofOurs(rounds, one).median - ofOurs(rounds, other).median)
  const verdicts: Verdict[] = [
    {
      target: `${at}: requests/s, times those of the best peer`,
      reached: cell(ofOurs(rounds, best), 'ratio'),
      against: best,
      atLeast: targets.ofBestPeer,
    },
    {
      target: `${at}: requests/s, of those of the yardstick by hand that checks nothing`,
      reached: cell(divided(rounds[poolByHand], mine, wall), 'ratio'),
      atLeast: targets.ofPoolByHand,
    },
  ]
  const passport = rounds['reverse-jwt, Passport']
  const other = rounds['passport-jwt']
  if (passport !== undefined && other !== undefined) {
    verdicts.push({
      target: `${at}: through Passport, requests/s, times passport-jwt's`,
      reached: cell(divided(other, passport, wall), 'ratio'),
      atLeast: targets.ofPassportJwt,
    })
  }
  return verdicts
}

/** How many times as long as ours it takes. */
function ofOurs(rounds: Rounds, peer: string) {
  return divided(rounds[peer], rounds[ours], wall)
}
