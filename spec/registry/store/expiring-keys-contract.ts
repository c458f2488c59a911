import { beforeEach, describe, expect, it } from '@jest/globals'
import type { KeyRecord, ProjectRecord, ProjectStore } from '../../../lib/registry/index.js'
import { without } from '../../../lib/registry/store/records.js'
import { changeOf, keyRecord, projectRecord } from '../../helpers/records.js'

/** What every project store says of keys that end soon. `make` returns an empty one, whose clock is the system's. */
export function describeExpiringKeys(name: string, make: () => ProjectStore | Promise<ProjectStore>): void {
  describe(`${name}, asked which keys end soon,`, () => {
    let store: ProjectStore
    let now: number
    beforeEach(async () => {
      store = await make()
      // Whole, so that no database rounds it.
      now = Math.floor(Date.now() / 1000)
    })
    const add = (id: string, keys: KeyRecord[], record: Partial<ProjectRecord> = {}) =>
      store.commit(changeOf(projectRecord(id, record), keys))
    const ending = (kid: string, after: number, override: Partial<KeyRecord> = {}) =>
      keyRecord(kid, { notAfter: now + after, ...override })
    const found = async (before = now + 1_000) =>
      (await store.expiringKeys(before)).map(
        ({ projectId, kid, notAfter }) => `${projectId} ${kid} ${notAfter - now}`,
      )

    it('lists those that end before the moment, the first one first', async () => {
      await add('b', [ending('late', 999.5)])
      await add('a', [ending('soon', 100)])
      await add('yet', [ending('on the moment', 1_000), ending('over', -1)])
      expect(await found()).toEqual(['a soon 100', 'b late 999.5'])
      expect(await found(now + 500)).toEqual(['a soon 100'])
      expect(await found(now - 500)).toEqual([])
    })

    it('leaves out a project that has another key, and only the last one of several counts', async () => {
      await add('lasting', [ending('a', 100), keyRecord('b')])
      await add('later', [ending('a', 100), ending('b', 2_000)])
      await add('several', [ending('a', 100), ending('b', 200)])
      await add('at once', [ending('a', 300), ending('b', 300)])
      await add('next', [ending('a', 400), keyRecord('b', { notBefore: now + 400 })])
      expect((await found()).toSorted()).toEqual(['at once a 300', 'at once b 300', 'several b 200'])
    })

    it.each<[string, Partial<KeyRecord>]>([
      ['is revoked', { revokedAt: 5, revocationReason: 'exposed' }],
      ['is over', { notAfter: 10 }],
      ['begins too late', { notBefore: 9e9 }],
    ])('counts no key that %s', async (_, other) => {
      await add('shop', [ending('a', 100), keyRecord('b', other)])
      expect(await found()).toEqual(['shop a 100'])
    })

    it('counts no key that nobody has confirmed', async () => {
      const challenge = { nonceHash: 'x', expiresAt: now + 9_000 }
      const pending = without(keyRecord('b', { challenge }), 'activatedAt')
      await add('shop', [ending('a', 100), pending])
      expect(await found()).toEqual(['shop a 100'])
    })

    it('lists no key that is revoked, and none of a project that is suspended or deleted', async () => {
      await add('revoked', [ending('a', 100, { revokedAt: now, revocationReason: 'other' })])
      await add('suspended', [ending('a', 100)], {
        project: { id: 'suspended', issuer: 'x', suspended: true },
      })
      await add('deleted', [ending('a', 100)], { deletedAt: now })
      await add('shop', [ending('a', 100)])
      expect(await found()).toEqual(['shop a 100'])
    })

    it('lists a thousand at most, those that end first', async () => {
      const keys = Array.from({ length: 1_002 }, (_, at) => ending(`key-${at}`, 500))
      await add('shop', keys)
      await add('first', [ending('a', 100)])
      const all = await found()
      expect(all).toHaveLength(1_000)
      expect(all[0]).toBe('first a 100')
    })
  })
}
