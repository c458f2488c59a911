import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { alertEvents, type AlertOptions } from '../../../lib/events/index.js'
import { anyUuid, unavailableEvent } from '../../helpers/events.js'
import { now } from '../../helpers/mint.js'
import { accepted, alerting, refused } from './alerting.js'

const revoked = (after: number, projectId = 'shop') =>
  refused(after, 'key_revoked', { projectId, revokedAt: now - 10_000 })

describe('an alert', () => {
  it('says who, what and what to do, and is frozen', () => {
    const { see, alerts } = alerting()
    see(revoked(0))
    expect(alerts).toEqual([
      {
        type: 'alert.raised',
        id: anyUuid,
        time: now,
        rule: 'revoked_key_used',
        severity: 'critical',
        projectId: 'shop',
        kid: 'key-es256',
        count: 1,
        text: 'Project "shop": somebody signed a token with the key "key-es256" after you revoked it. It was refused. Ask the customer whether one of their servers still has this key; if none has, it is in the hands of a thief.',
      },
    ])
    expect(Object.isFrozen(alerts[0])).toBe(true)
  })

  it('comes once for a project, however often it happens', () => {
    const { see, alerts } = alerting({ rules: ['revoked_key_used'] })
    for (let at = 0; at < 899; at += 1) see(revoked(at))
    expect(alerts).toHaveLength(1)
  })

  it('comes for each project', () => {
    const { see, raised } = alerting()
    see(revoked(0, 'shop'))
    see(revoked(1, 'rival'))
    expect(raised().map(({ projectId }) => projectId)).toEqual(['shop', 'rival'])
  })

  it('comes again after a quarter of an hour, while it is still going on, and says how often it happened lately', () => {
    const { see, raised } = alerting({ rules: ['revoked_key_used'] })
    for (let at = 0; at <= 900; at += 10) see(revoked(at))
    expect(raised().map(({ time }) => time - now)).toEqual([0, 900])
    expect(raised()[1]?.count).toBeGreaterThanOrEqual(30)
  })

  it('ends when nothing has happened for two of its windows, and may come again', () => {
    const { see, alerts } = alerting()
    see(revoked(0))
    see(accepted(599))
    expect(alerts).toHaveLength(1)
    see(accepted(611))
    expect(alerts[1]).toEqual({
      type: 'alert.ended',
      id: anyUuid,
      time: now + 611,
      rule: 'revoked_key_used',
      projectId: 'shop',
    })
    see(revoked(620))
    expect(alerts.map(({ type }) => type)).toEqual(['alert.raised', 'alert.ended', 'alert.raised'])
  })

  it.each([-7_200, 7_200])('comes again where the clock is set by %i s, and ends', (step) => {
    const { see, alerts } = alerting()
    see(revoked(0))
    see(revoked(step))
    see(accepted(step + 700))
    expect(alerts.map(({ type }) => type)).toEqual([
      'alert.raised',
      'alert.ended',
      'alert.raised',
      'alert.ended',
    ])
  })

  it('is told by all listeners, also where one of them throws', () => {
    const heard: string[] = []
    const broken = () => {
      throw new Error('the pager is away')
    }
    const { see } = alerting({ onAlert: [broken, ({ rule }) => heard.push(rule)] })
    see(revoked(0))
    expect(heard).toEqual(['revoked_key_used'])
  })

  it('of a rule that is not kept does not come', () => {
    const { see, alerts } = alerting({ rules: ['probing'] })
    see(revoked(0))
    expect(alerts).toEqual([])
  })
})

describe('without further events', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  it('an alert ends, too, and no timer stays', () => {
    jest.useFakeTimers()
    const { see, alerts } = alerting()
    expect(jest.getTimerCount()).toBe(0)
    for (let at = 0; at < 5; at++) see(unavailableEvent({ time: now + at }))
    expect(jest.getTimerCount()).toBe(1)
    jest.advanceTimersByTime(55_000)
    expect(alerts).toHaveLength(1)
    jest.advanceTimersByTime(20_000)
    expect(alerts.at(-1)).toMatchObject({ type: 'alert.ended', rule: 'store_unavailable' })
    expect(jest.getTimerCount()).toBe(0)
  })
})

it('keeps the origins of a mismatch to three, and escapes them in its text', () => {
  const { see, raised } = alerting()
  const odd = 'https://a\u202eb\n.example'
  const origins = [odd, odd, 'https://b.example', 'https://c.example', 'https://d.example']
  for (let at = 0; at < 10; at++) {
    see(refused(at, 'origin_not_of_project', { code: 'origin_not_allowed', origin: origins[at % 5] ?? '' }))
  }
  expect(raised()[0]?.origins).toEqual([odd, 'https://b.example', 'https://c.example'])
  expect(raised()[0]?.text).toContain('from "https://a\\u202eb\\n.example", "https://b.example"')
  expect(raised()[0]?.text).toMatch(/^[\x20-\x7e]+$/)
})

it('says by how much a clock is off', () => {
  const ahead = alerting()
  for (let at = 0; at < 20; at++) ahead.see(accepted(at, { issuedAt: now + at + 7 + (at % 3) }))
  expect(ahead.raised()).toMatchObject([{ rule: 'clock_ahead', offset: 8 }])
  const behind = alerting()
  for (let at = 0; at < 20; at++) behind.see(accepted(at, { issuedAt: now + at - 40 - at }))
  expect(behind.raised()).toMatchObject([{ rule: 'clock_behind', offset: -40 }])
})

describe('wrong options are refused, by name', () => {
  it.each<{ options: unknown; error: string }>([
    {
      options: {},
      error: 'alertEvents: onAlert is missing: a function that tells somebody, or a list of functions',
    },
    {
      options: { onAlert: [] },
      error: 'alertEvents: onAlert is missing: a function that tells somebody, or a list of functions',
    },
    {
      options: { onAlert: 'pager' },
      error: 'alertEvents: onAlert must be a function, or a list of functions',
    },
    {
      options: { onAlert: () => 1, rules: ['probng'] },
      error: 'alertEvents: rules must be a list of rules: revoked_key_used, ',
    },
    { options: { onAlert: () => 1, store: {} }, error: 'alertEvents: store must be a project store' },
    {
      options: { onAlert: () => 1, maxLifetime: 300_000 },
      error: 'alertEvents: maxLifetime must be a positive number of seconds',
    },
  ])('$error', ({ options, error }) => {
    expect(() => alertEvents(options as AlertOptions)).toThrow(error)
  })
})
