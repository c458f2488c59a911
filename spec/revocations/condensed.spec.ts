import { describe, expect, it } from '@jest/globals'
import { checkedRevocations, condensed, type StoredRevocations } from '../../lib/revocations/condensed.js'
import { now } from '../helpers/mint.js'

const list = (stored: Partial<StoredRevocations>) =>
  condensed({ generatedAt: now, projects: [], keys: [], sessions: [], ...stored })
const entries = (stored: Partial<StoredRevocations>) => list(stored).revocations
const many = <T>(count: number, make: (number: number) => T) =>
  Array.from({ length: count }, (_, number) => make(number))
const sessionsOf = (project: string, count: number) =>
  many(count, (number) => ({
    project,
    session: `${project}-${number}`,
    endedAt: now - number,
    until: now + 600,
  }))
const keysOf = (project: string, count: number) =>
  many(count, (number) => ({ project, kid: `key-${number}`, revokedAt: now - number * 10 }))

describe('a list', () => {
  it('of nothing is empty', () => {
    expect(list({})).toEqual({ generatedAt: now, revocations: [] })
  })

  it('names projects, keys and sessions, each as it has ended', () => {
    const stored = {
      projects: [{ project: 'suspended' }, { project: 'shop', before: now + 10 }],
      keys: [{ project: 'shop', kid: 'a', revokedAt: now }],
      sessions: [{ project: 'other', session: 'x', endedAt: now, until: now + 600 }],
    }
    expect(new Set(entries(stored))).toEqual(
      new Set([
        { project: 'suspended' },
        { project: 'shop', before: now + 10 },
        { project: 'shop', kid: 'a' },
        { session: 'x', until: now + 600 },
      ]),
    )
  })

  it('says nothing more of a project all of whose sessions have ended', () => {
    const projects = [
      { project: 'shop', before: now },
      { project: 'shop' },
      { project: 'shop', before: now - 5 },
    ]
    const stored = { projects, keys: keysOf('shop', 3), sessions: sessionsOf('shop', 3) }
    expect(entries(stored)).toEqual([{ project: 'shop' }])
  })

  it('has the latest of several moments of a project', () => {
    const projects = [5, 9, 7].map((seconds) => ({ project: 'shop', before: now + seconds }))
    expect(entries({ projects })).toEqual([{ project: 'shop', before: now + 9 }])
  })
})

describe('of one project', () => {
  it('a hundred sessions are listed, and one more ends all up to the last one', () => {
    expect(entries({ sessions: sessionsOf('shop', 100) })).toHaveLength(100)
    expect(entries({ sessions: sessionsOf('shop', 101) })).toEqual([{ project: 'shop', before: now + 10 }])
  })

  it('the twenty newest keys are listed, and all sessions that the older ones can have are ended', () => {
    expect(entries({ keys: keysOf('shop', 20) })).toHaveLength(20)
    // The 21st was revoked 200 s ago. Whoever still knows it as good may go on exchanging its tokens now.
    const listed = entries({ keys: keysOf('shop', 21) })
    expect(listed).toHaveLength(21)
    expect(listed[0]).toEqual({ project: 'shop', before: now + 10 })
    expect(listed).not.toContainEqual({ project: 'shop', kid: 'key-20' })
    // An hour after its revocation nobody does.
    const older = keysOf('shop', 21).map((key) => ({ ...key, revokedAt: key.revokedAt - 5_000 }))
    expect(entries({ keys: older })[0]).toEqual({ project: 'shop', before: now - 5_200 + 3_600 + 10 })
  })
})

describe('of many projects', () => {
  it('ten thousand are listed, and more end all sessions', () => {
    const projects = many(10_000, (number) => ({ project: `project-${number}` }))
    expect(list({ projects })).toMatchObject({ revocations: { length: 10_000 } })
    expect(list({ projects })).not.toHaveProperty('allBefore')
    expect(list({ projects: [...projects, { project: 'shop' }] })).toEqual({
      generatedAt: now,
      allBefore: now + 10,
      revocations: [],
    })
  })

  it('the longest ago are not listed where each has ended single sessions, and what is newer lives on', () => {
    const sessions = many(10_001, (number) => ({
      project: `project-${number}`,
      session: `session-${number}`,
      endedAt: now - 1_000 + number / 100,
      until: now + 600,
    }))
    for (const later of [0, 90, 600]) {
      const { allBefore, revocations } = list({ generatedAt: now + later, sessions })
      // The oldest one, and not the moment of the list.
      expect(allBefore).toBeCloseTo(now - 990, 1)
      expect(revocations).toHaveLength(10_000)
    }
  })

  it('those with the longest lists are shortened until a reader takes it, and the others are not', () => {
    const name = 'x'.repeat(250)
    const large = many(150, (number) => sessionsOf(`${name}-${number}`, 100)).flat()
    const { revocations, ...others } = list({ sessions: [...large, ...sessionsOf('shop', 2)] })
    expect(others).toEqual({ generatedAt: now })
    expect(Buffer.byteLength(JSON.stringify(revocations))).toBeLessThanOrEqual(4_000_000)
    const short = revocations.filter((entry) => 'before' in entry)
    expect(short.length).toBeGreaterThan(0)
    expect(short.length).toBeLessThan(150)
    expect(new Set(short)).not.toContainEqual({ project: 'shop', before: now + 10 })
    for (const { session, until } of sessionsOf('shop', 2))
      expect(revocations).toContainEqual({ session, until })
  })

  it('too long names of all of them end all sessions', () => {
    const projects = many(10_000, (number) => ({ project: `${'é'.repeat(250)}-${number}` }))
    expect(list({ projects })).toEqual({ generatedAt: now, allBefore: now + 10, revocations: [] })
  })
})

describe('what a sloppy store says is not taken', () => {
  const good = { generatedAt: now, projects: [], keys: [], sessions: [] }

  it('unlike what it should say', () => {
    const whole = {
      generatedAt: now,
      projects: [{ project: 'shop' }, { project: 'shop', before: now }],
      keys: [{ project: 'shop', kid: 'key-1', revokedAt: now }],
      sessions: [{ project: 'shop', session: 'a', endedAt: now, until: now }],
    }
    expect(checkedRevocations(whole)).toBe(whole)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no time', { ...good, generatedAt: undefined }],
    ['milliseconds', { ...good, generatedAt: now * 1000 }],
    ['a list that is none', { ...good, projects: {} }],
    ['before: null', { ...good, projects: [{ project: 'shop', before: null }] }],
    ['before: NaN', { ...good, projects: [{ project: 'shop', before: NaN }] }],
    ['before: text', { ...good, projects: [{ project: 'shop', before: '2026-01-01' }] }],
    ['before: a Date', { ...good, projects: [{ project: 'shop', before: new Date() }] }],
    ['another name for the project', { ...good, projects: [{ project_id: 'shop' }] }],
    ['a key without its kid', { ...good, keys: [{ project: 'shop', revokedAt: now }] }],
    [
      'another name for the session',
      { ...good, sessions: [{ project: 'shop', session_id: 'a', endedAt: now, until: now }] },
    ],
    ['a place without an entry', { ...good, sessions: [null] }],
  ])('%s', (_, stored) => {
    expect(() => checkedRevocations(stored)).toThrow(
      /must resolve to \{ generatedAt, projects, keys, sessions \}/,
    )
  })
})
