import { expect, it } from '@jest/globals'
import type { AlertRule, AnyEvent } from '../../../lib/events/index.js'
import { refusedEvent, unavailableEvent } from '../../helpers/events.js'
import { now } from '../../helpers/mint.js'
import { randomFrom } from '../../helpers/random.js'
import { accepted, alerting, refused } from './alerting.js'

const day = 86_400
const projects = 1_000
const callsADay = 300_000
const redisRestart = { at: 41_000, seconds: 8 }
const { below } = randomFrom(1)
const random = () => below(2 ** 32) / 2 ** 32

/** Zipf: the first project has as many calls as the last thousand of its like together. */
const shares = Array.from({ length: projects }, (_, at) => 1 / (at + 1))
const cumulated = shares.map((_, at) => shares.slice(0, at + 1).reduce((sum, share) => sum + share))
const total = cumulated.at(-1) ?? 0

function someProject(): number {
  const drawn = random() * total
  let low = 0
  let high = projects - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cumulated[middle] ?? 0) < drawn) low = middle + 1
    else high = middle
  }
  return low
}

/** How far the clock of each customer is off: two seconds at most. */
const clocks = shares.map(() => random() * 4 - 2)

/** More by day than by night, and a page that opens makes some calls at once. */
function* calls(): Generator<{ at: number; event: AnyEvent }> {
  let at = 0
  for (let made = 0; made < callsADay; made++) {
    const isDay = Math.sin((at / day) * 2 * Math.PI) + 1.2
    at += (-Math.log(1 - random()) * (day / callsADay) * 1.2) / isDay
    const project = someProject()
    const projectId = `project-${project}`
    const age = random() < 0.02 ? random() * 110 : random() * 3
    const issuedAt = now + at - age + (clocks[project] ?? 0)
    const isAway = at >= redisRestart.at && at < redisRestart.at + redisRestart.seconds
    if (isAway) {
      yield { at, event: unavailableEvent({ time: now + at, signature: 'good', projectId }) }
      continue
    }
    const event = accepted(at, { projectId, issuedAt })
    yield { at, event }
    const chance = random()
    const again = { projectId, issuedAt, jti: event.jti }
    if (chance < 0.003)
      yield { at, event: refused(at, 'token_replayed', { ...again, code: 'token_replayed' }) }
    else if (chance < 0.004) {
      const origin = { code: 'origin_not_allowed', origin: 'https://staging.example' } as const
      yield { at, event: refused(at, 'origin_not_of_project', { projectId, issuedAt, ...origin }) }
    } else if (chance < 0.006) yield { at, event: stranger(at, 'token_expired', projectId) }
    else if (chance < 0.009) yield { at, event: stranger(at, 'key_unknown', projectId) }
  }
}

/** Nobody has verified these: a tab that was left open, and somebody who tries names. */
function stranger(at: number, reason: 'token_expired' | 'key_unknown', unverifiedProjectId: string) {
  const code = reason === 'key_unknown' ? 'token_not_verified' : reason
  return refusedEvent({ time: now + at, code, reason, unverifiedProjectId })
}

it('raises nothing in 24 hours of normal traffic but that Redis was restarted', () => {
  const { see, alerts } = alerting()
  let seen = 0
  let last = 0
  for (const { at, event } of calls()) {
    see(event)
    seen++
    last = at
  }
  expect(seen).toBeGreaterThan(callsADay)
  expect(last).toBeGreaterThan(0.9 * day)
  const expected: AlertRule = 'store_unavailable'
  expect(alerts.map(({ type, rule }) => [type, rule])).toEqual([
    ['alert.raised', expected],
    ['alert.ended', expected],
  ])
})
