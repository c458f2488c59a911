import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { EndedSessions } from '../../lib/revocations/ended-sessions.js'
import type { RevocationList } from '../../lib/revocations/revocation-list.js'
import type { SessionFacts } from '../../lib/revocations/revocation-store.js'
import { now } from '../helpers/mint.js'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

function holding(list: Partial<RevocationList> = {}, clock = () => now) {
  const ended = new EndedSessions({ maxStaleness: 60, clock })
  ended.keep({ generatedAt: now, revocations: [], ...list }, performance.now())
  return ended
}
const session = (facts: Partial<SessionFacts> = {}): SessionFacts => ({
  id: 'a',
  projectId: 'shop',
  kid: 'key-1',
  issuedAt: now,
  ...facts,
})
const stale = expect.objectContaining({ code: 'store_unavailable', status: 503 })

describe('a session has ended', () => {
  it.each<[string, RevocationList['revocations'], Partial<SessionFacts>, Partial<SessionFacts>]>([
    ['its project', [{ project: 'shop' }], { issuedAt: now + 9_999 }, { projectId: 'other' }],
    ['its project up to then', [{ project: 'shop', before: now }], {}, { issuedAt: now + 0.001 }],
    ['its key', [{ project: 'shop', kid: 'key-1' }], {}, { kid: 'key-2' }],
    ['its key in its project', [{ project: 'shop', kid: 'key-1' }], {}, { projectId: 'other' }],
    ['it alone', [{ session: 'a', until: now - 1 }], {}, { id: 'b' }],
  ])('with %s, and no other has', (_, revocations, ended, other) => {
    const held = holding({ revocations })
    expect([held.isRevoked(session(ended)), held.isRevoked(session(other))]).toEqual([true, false])
  })

  it('with all that were issued up to then', () => {
    const held = holding({ allBefore: now })
    expect([now - 1, now, now + 1].map((issuedAt) => held.isRevoked(session({ issuedAt })))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('by what is listed later of its project, too', () => {
    const held = holding({
      revocations: [
        { project: 'shop', before: now },
        { project: 'shop', kid: 'key-2' },
        { project: 'shop', before: now - 50 },
        { project: 'shop', kid: 'key-3' },
      ],
    })
    const later = { issuedAt: now + 1 }
    expect(['key-1', 'key-2', 'key-3'].map((kid) => held.isRevoked(session({ kid, ...later })))).toEqual([
      false,
      true,
      true,
    ])
    expect(held.isRevoked(session())).toBe(true)
    expect(held.entries).toBe(1)
  })

  it('only by names that are the same, whatever they are', () => {
    const names = ['__proto__', 'constructor', 'Shop', 'shop ', '']
    const held = holding({ revocations: [{ project: 'shop' }, { session: 'a', until: now }] })
    expect(names.filter((projectId) => held.isRevoked(session({ projectId, id: projectId })))).toEqual([])
  })

  it('no longer, when a newer list has it no more', () => {
    const held = holding({ revocations: [{ project: 'shop' }], allBefore: now })
    held.keep({ generatedAt: now + 1, revocations: [] }, performance.now())
    expect(held.isRevoked(session())).toBe(false)
  })
})

describe('a list', () => {
  it('says nothing when it is too old, by the clock that nobody sets', () => {
    const held = holding()
    jest.setSystemTime(Date.now() + 3_600_000)
    jest.advanceTimersByTime(60_000)
    expect([held.isFresh, held.isRevoked(session()), held.age]).toEqual([true, false, 60])
    jest.advanceTimersByTime(1)
    expect(held.isFresh).toBe(false)
    for (const ask of [
      () => held.isRevoked(session()),
      () => {
        held.mustBeFresh()
      },
    ])
      expect(ask).toThrow(stale)
  })

  it('that was never read says nothing', () => {
    const held = new EndedSessions({ maxStaleness: 60, clock: () => now })
    expect([held.isFresh, held.age]).toEqual([false, NaN])
    expect(() => held.isRevoked(session())).toThrow(stale)
  })

  it('counts from when it began to be read', () => {
    const held = new EndedSessions({ maxStaleness: 60, clock: () => now })
    const begun = performance.now()
    jest.advanceTimersByTime(59_000)
    held.keep({ generatedAt: now, revocations: [] }, begun)
    expect(held.isRevoked(session())).toBe(false)
    jest.advanceTimersByTime(1_001)
    expect(() => held.isRevoked(session())).toThrow(stale)
  })

  it.each([now, now - 1, now - 0.000001])(
    'that is not newer is not taken, and renews nothing: %d',
    (generatedAt) => {
      const held = holding({ revocations: [{ project: 'shop' }] })
      jest.advanceTimersByTime(50_000)
      expect(() => {
        held.keep({ generatedAt, revocations: [] }, performance.now())
      }).toThrow('it is not newer than the one at hand')
      expect([held.isRevoked(session()), held.age]).toEqual([true, 50])
    },
  )

  it.each([61, -61, NaN, Infinity])('of a clock that differs by %d s is not taken', (difference) => {
    const held = new EndedSessions({ maxStaleness: 60, clock: () => now })
    const keep = (generatedAt: number) => {
      held.keep({ generatedAt, revocations: [] }, performance.now())
    }
    expect(() => {
      keep(now + difference)
    }).toThrow('its time is more than 60 s from the clock here')
    expect(() => held.isRevoked(session())).toThrow(stale)
    keep(now - 60)
    keep(now + 60)
    expect(held.isRevoked(session())).toBe(false)
  })
})
