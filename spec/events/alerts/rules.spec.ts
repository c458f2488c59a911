import { describe, expect, it } from '@jest/globals'
import type { AlertRule, AnyEvent } from '../../../lib/events/index.js'
import { acceptedEvent, refusedEvent, unavailableEvent } from '../../helpers/events.js'
import { now } from '../../helpers/mint.js'
import { told } from '../observed-events.js'
import { accepted, alerting, refused } from './alerting.js'

const times = <Event>(count: number, make: (at: number) => Event) =>
  Array.from({ length: count }, (_, at) => make(at))

const replayed = (after: number) => refused(after, 'token_replayed', { code: 'token_replayed' })
const misplaced = (after: number, origin = 'https://evil.example') =>
  refused(after, 'origin_not_of_project', { code: 'origin_not_allowed', origin })
const late = (after: number, projectId = 'shop') =>
  refusedEvent({
    time: now + after,
    code: 'token_expired',
    reason: 'token_expired',
    unverifiedProjectId: projectId,
  })
const outage = (after: number, override = {}) => unavailableEvent({ time: now + after, ...override })
const unknown = (after: number) => refusedEvent({ time: now + after })
const revoked = (after: number, override = {}) =>
  refused(after, 'key_revoked', { revokedAt: now - 1_000, ...override })
const keySetFailed = (after: number, projectId = 'shop') =>
  told('key_set.failed', { time: now + after, ...(projectId !== '' && { projectId }) })
const keySetRead = (after: number, droppedKeys: readonly object[] = [], projectId = 'shop') =>
  told('key_set.read', { time: now + after, projectId, droppedKeys })
const stale = (age: number): AnyEvent =>
  Object.freeze({ type: 'revocations.failed', id: 'x', time: now, age, cause: 'HTTP 500' })

/** An attack that is just enough, within its window; without its last event it is nothing. */
const attacks: readonly { rule: AlertRule; severity: string; what: string; events: readonly AnyEvent[] }[] = [
  {
    rule: 'revoked_key_used',
    severity: 'critical',
    what: 'a token that was signed with the key after it was revoked',
    events: [revoked(0, { issuedAt: now - 1_000 + 10.5 })],
  },
  {
    rule: 'revoked_key_used',
    severity: 'critical',
    what: 'a token that is dated back, but comes when no such token can be alive',
    events: [revoked(0, { revokedAt: now - 310.5, issuedAt: now - 320 })],
  },
  {
    rule: 'replay_burst',
    severity: 'warning',
    what: '20 used tokens within a minute, which are 5 of 100',
    events: [...times(380, (at) => accepted(at / 20)), ...times(20, (at) => replayed(20 + at * 2))],
  },
  {
    rule: 'origin_mismatch_burst',
    severity: 'warning',
    what: '10 good tokens from elsewhere within five minutes',
    events: times(10, (at) => misplaced(at * 33)),
  },
  {
    rule: 'times_refused',
    severity: 'warning',
    what: '20 tokens that are too old, where before there were 20 good ones within an hour and none for five minutes',
    events: [...times(20, (at) => accepted(at * 30)), ...times(20, (at) => late(871 + at * 15))],
  },
  {
    rule: 'clock_ahead',
    severity: 'warning',
    what: '10 tokens of 20 that are 6 seconds ahead',
    events: times(20, (at) => accepted(at * 15, { issuedAt: now + at * 15 + (at % 2 === 0 ? -1 : 6.1) })),
  },
  {
    rule: 'clock_behind',
    severity: 'warning',
    what: '20 tokens of which the youngest is over half a minute old',
    events: times(20, (at) => accepted(at * 15, { issuedAt: now + at * 15 - 30.5 })),
  },
  {
    rule: 'project_refused',
    severity: 'warning',
    what: '50 tokens within five minutes, of which 11 are refused',
    events: [
      ...times(39, (at) => accepted(at * 5)),
      ...times(11, (at) => refused(200 + at * 9, 'key_expired')),
    ],
  },
  {
    rule: 'store_unavailable',
    severity: 'critical',
    what: '5 outages in ten seconds',
    events: times(5, (at) => outage(at * 2.4)),
  },
  {
    rule: 'store_unavailable',
    severity: 'critical',
    what: '1 outage in 100 of 1,000 calls within half a minute, at most 4 of them in ten seconds',
    events: times(1_000, (at) => (at % 100 === 99 ? outage(at * 0.03) : accepted(at * 0.03))),
  },
  {
    rule: 'revocations_stale',
    severity: 'warning',
    what: 'a list that is over 45 s old',
    events: [stale(45.1)],
  },
  {
    rule: 'key_set_failing',
    severity: 'warning',
    what: "a project's key set that cannot be read for a quarter of an hour",
    events: [0, 30, 90, 210, 450, 750, 900].map((at) => keySetFailed(at)),
  },
  {
    rule: 'key_set_failing',
    severity: 'warning',
    what: 'the key set of an issuer that cannot be read for a quarter of an hour',
    events: [0, 450, 900].map((at) => keySetFailed(at, '')),
  },
  {
    rule: 'private_key_published',
    severity: 'critical',
    what: 'a private key in the key set of a project',
    events: [keySetRead(0, [{ reason: 'not_admitted' }, { kid: 'key-1', reason: 'private' }])],
  },
  {
    rule: 'probing',
    severity: 'info',
    what: '300 made-up kids within a minute',
    events: times(300, (at) => unknown(at * 0.2)),
  },
]

describe.each(attacks)('$rule', ({ rule, severity, what, events }) => {
  it(`is raised at ${what}`, () => {
    const { see, raised } = alerting({ rules: [rule] })
    for (const event of events) see(event)
    expect(raised()).toMatchObject([{ rule, severity, time: (events.at(-1) as { time?: number }).time }])
  })

  it('is not raised one event before', () => {
    const { see, alerts } = alerting()
    for (const event of events.slice(0, -1)) see(event)
    expect(alerts.map((alert) => alert.rule)).not.toContain(rule)
  })
})

describe('is no alert', () => {
  it.each<{ what: string; rule: AlertRule; events: readonly AnyEvent[] }>([
    {
      what: 'a token that the customer signed before the key was revoked',
      rule: 'revoked_key_used',
      events: [revoked(0, { revokedAt: now - 100, issuedAt: now - 90 })],
    },
    {
      what: 'a token that names a revoked key which did not sign it',
      rule: 'revoked_key_used',
      events: times(100, (at) =>
        refusedEvent({
          time: now + at,
          reason: 'signature_bad',
          signature: 'bad',
          unverifiedProjectId: 'shop',
        }),
      ),
    },
    {
      what: 'a double click in a hundred of a busy project',
      rule: 'replay_burst',
      events: times(3_000, (at) => (at % 100 === 99 ? replayed(at / 50) : accepted(at / 50))),
    },
    {
      what: 'a share of one project that is used up, and a moment with too many calls',
      rule: 'store_unavailable',
      events: times(1_000, (at) =>
        outage(
          at / 100,
          at % 2 === 0 ? { reason: 'busy' } : { code: 'replay_store_full', reason: 'replay_project_rate' },
        ),
      ),
    },
    {
      what: 'the host of one customer that is away',
      rule: 'store_unavailable',
      events: times(1_000, (at) => outage(at / 100, { reason: 'project_key_set_failed' })),
    },
    {
      what: 'a key set that can be read now and then',
      rule: 'key_set_failing',
      events: times(50, (at) => (at % 3 === 2 ? keySetRead(at * 300) : keySetFailed(at * 300))),
    },
    {
      what: 'the sets of several projects, each of which cannot be read for some minutes',
      rule: 'key_set_failing',
      events: times(100, (at) => keySetFailed(at * 60, `project-${Math.floor(at / 10)}`)),
    },
    {
      what: 'keys of a set that cannot be used for other reasons',
      rule: 'private_key_published',
      events: ['symmetric', 'duplicate_kid', 'other_material', 'not_admitted', 'too_many'].map((reason, at) =>
        keySetRead(at, [{ kid: 'key-1', reason }]),
      ),
    },
    {
      what: 'one good token from elsewhere that is sent a hundred times',
      rule: 'project_refused',
      events: [
        ...times(100, (at) => accepted(at)),
        ...times(100, (at) => refused(100 + at, 'scope_insufficient', { jti: 'the-same' })),
      ],
    },
    {
      what: 'old tokens that name a project which is calling as ever',
      rule: 'times_refused',
      events: times(100, (at) => (at % 5 === 0 ? accepted(at * 10) : late(at * 10))),
    },
    {
      what: 'old tokens that name a project which nobody has heard of',
      rule: 'times_refused',
      events: times(100, (at) => late(at, 'made-up')),
    },
    {
      what: 'a session that is used long after it was issued',
      rule: 'clock_behind',
      events: times(100, (at) => accepted(at, { face: 'session', issuedAt: now - 400 })),
    },
    {
      what: 'tokens without the time of their signing',
      rule: 'clock_behind',
      events: times(100, (at) => acceptedEvent({ time: now + at })),
    },
  ])('$what', ({ rule, events }) => {
    const { see, alerts } = alerting({ rules: [rule] })
    for (const event of events) see(event)
    expect(alerts).toEqual([])
  })
})
