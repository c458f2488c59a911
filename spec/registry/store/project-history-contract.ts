import { beforeEach, describe, expect, it } from '@jest/globals'
import { createRegistry, type KeyRecord, type ProjectStore } from '../../../lib/registry/index.js'
import { without } from '../../../lib/registry/store/records.js'
import { audience, now } from '../../helpers/mint.js'
import { changeOf, keyRecord, projectRecord, wholeProject, written } from '../../helpers/records.js'
import { by } from '../../helpers/registry.js'
import { until } from '../../helpers/until.js'

const ended = (kid: string, override: Partial<KeyRecord> = {}) =>
  keyRecord(kid, { createdAt: now - 1000, revokedAt: now - 500, revocationReason: 'superseded', ...override })
const registered = (kid: string, expiresAt: number, override: Partial<KeyRecord> = {}) => ({
  ...without(keyRecord(kid), 'activatedAt'),
  challenge: { nonceHash: 'hash', expiresAt },
  ...override,
})

/** What every project store promises of keys that have ended. `make` returns an empty one. */
export function describeHistory(name: string, make: () => ProjectStore | Promise<ProjectStore>): void {
  describe(`${name}, asked about a project with a history,`, () => {
    let store: ProjectStore
    beforeEach(async () => {
      store = await make()
    })
    const kidsOf = (keys: readonly KeyRecord[] | undefined) => keys?.map(({ kid }) => kid)
    const load = async (named = {}) =>
      kidsOf((await store.load('shop', { now, madeAfter: now, ...named }))?.keys)
    const revoke = (kid: string, projectId = 'shop') =>
      store.revoke({ projectId, kid, reason: 'exposed', by, at: now + 1 })

    const live = [
      keyRecord('active'),
      keyRecord('early', { notBefore: now + 5 }),
      registered('pending', now + 0.5),
      keyRecord('retiring', { notAfter: now + 0.5 }),
    ]
    const history = [
      ended('old-1', { thumbprint: 'same' }),
      ended('old-2', { idempotencyKey: 'once', replaces: 'old-1' }),
      ended('expired', { notAfter: now, revokedAt: undefined as never }),
      registered('unconfirmed', now, { thumbprint: 'same' }),
      registered('withdrawn', now + 9, { revokedAt: now, thumbprint: 'withdrawn' }),
    ].map((key) => (key.revokedAt === undefined ? without(key, 'revokedAt') : key))

    it('loads the live keys, and those that are named', async () => {
      await store.commit(changeOf(projectRecord('shop'), [...live, ...history]))
      await store.commit(changeOf(projectRecord('other'), [keyRecord('old-1', { thumbprint: 'theirs' })]))
      expect(await load()).toEqual(['active', 'early', 'pending', 'retiring'])
      const also = async (named: object) => (await load(named))?.filter((kid) => !kidsOf(live)?.includes(kid))
      expect(await also({ kids: ['old-1', 'unconfirmed', 'nobody', 'active'] })).toEqual([
        'old-1',
        'unconfirmed',
      ])
      expect(await also({ thumbprint: 'same' })).toEqual(['old-1'])
      expect(await also({ thumbprint: 'withdrawn' })).toEqual(['withdrawn'])
      expect(await also({ thumbprint: 'theirs' })).toEqual([])
      expect(await also({ idempotencyKey: 'once' })).toEqual(['old-2'])
      expect(await also({ kids: [], thumbprint: 'x', idempotencyKey: 'x' })).toEqual([])
      expect(await load({ now: now + 10 })).toEqual(['active', 'early'])
    })

    it('counts the keys that were made lately, whatever became of them', async () => {
      await store.commit(changeOf(projectRecord('shop'), [keyRecord('a'), ended('b'), ended('c')]))
      const made = async (madeAfter: number) => (await store.load('shop', { now, madeAfter }))?.madeKeys
      expect([await made(now), await made(now - 1), await made(now - 1000), await made(now - 1001)]).toEqual([
        0, 1, 1, 3,
      ])
    })

    it('lists the keys page by page, the oldest first, and tells apart those of one moment', async () => {
      const keys = ['é', 'b', '😀', '\uffee', 'a'].map((kid) => keyRecord(kid, { createdAt: now + 0.000001 }))
      const first = keyRecord('z', { createdAt: now - 0.5 })
      await store.commit(
        changeOf(projectRecord('shop'), [...keys, first, keyRecord('0', { createdAt: now + 1 })]),
      )
      await store.commit(changeOf(projectRecord('other'), [keyRecord('m')]))
      const registry = createRegistry({ store, audience, clock: () => now })
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = await registry.listKeys('shop', { after, limit: 2 })
        expect(page.keys.length).toBeLessThanOrEqual(2)
        seen.push(...page.keys.map(({ kid }) => kid))
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(['z', 'a', 'b', 'é', '\uffee', '😀', '0'])
      expect(await store.listKeys('nobody', { limit: 9 })).toEqual([])
    })

    it('goes on with the list when the key at the end of a page is gone', async () => {
      await store.commit(changeOf(projectRecord('shop'), [registered('a', now - 1), keyRecord('b')]))
      const page = await store.listKeys('shop', { limit: 1 })
      expect(kidsOf(page)).toEqual(['a'])
      await store.commit(changeOf(projectRecord('shop', { version: 2 })))
      expect(kidsOf(await store.listKeys('shop', { limit: 1, after: { createdAt: now, kid: 'a' } }))).toEqual(
        ['b'],
      )
    })

    it('lets go of registrations that nobody confirmed, with the next change', async () => {
      const waiting = [registered('late', now), registered('open', now + 1), registered('again', now - 9)]
      const kept = [
        ended('withdrawn', { activatedAt: undefined as never }),
        keyRecord('old', { notAfter: now - 9 }),
      ]
      const keys = [...waiting, without(kept[0] as KeyRecord, 'activatedAt'), kept[1] as KeyRecord]
      await store.commit(changeOf(projectRecord('shop'), keys))
      await store.commit(changeOf(projectRecord('other'), [registered('theirs', now)]))
      // Decided on what is stale: changes nothing.
      await store.commit(changeOf(projectRecord('shop', { version: 7 })))
      expect((await wholeProject(store, 'shop'))?.keys).toHaveLength(5)
      const again = registered('again', now + 600)
      expect(await store.commit(changeOf(projectRecord('shop', { version: 2 }), [again]))).toEqual(written)
      const left = (await wholeProject(store, 'shop'))?.keys
      expect(kidsOf(left)?.sort()).toEqual(['again', 'old', 'open', 'withdrawn'])
      expect(left?.find(({ kid }) => kid === 'again')).toEqual(again)
      expect((await wholeProject(store, 'other'))?.keys).toHaveLength(1)
    })

    it('revokes a key with its record, and says so to who watches', async () => {
      await store.commit(
        changeOf(projectRecord('shop'), [keyRecord('a', { notAfter: now + 2 }), keyRecord('b')]),
      )
      await store.touch([{ projectId: 'shop', kid: 'a', at: now + 0.25 }])
      const registry = createRegistry({ store, audience, clock: () => now })
      const [before] = (await registry.listKeys('shop')).keys
      const seen: (string | undefined)[] = []
      const watch = await store.watch((projectId) => seen.push(projectId))
      const outcome = await revoke('a')
      const revoked = { ...(await wholeProject(store, 'shop'))?.keys[0] }
      const [audit] = await store.audit({ limit: 1 })
      expect(outcome).toEqual({ key: revoked, othersUsable: true, audit })
      expect(revoked).toMatchObject({ revokedAt: now + 1, revocationReason: 'exposed', notAfter: now + 2 })
      expect(await store.load('shop', { now, madeAfter: now })).toMatchObject({ version: 2 })
      await until('the revocation is told', () => seen.includes('shop'))
      await watch.close()
      const [after] = (await registry.listKeys('shop')).keys
      expect(await store.audit({ limit: 1 })).toEqual([
        {
          id: expect.any(Number),
          at: now + 1,
          by,
          action: 'key.revoked',
          projectId: 'shop',
          kid: 'a',
          reason: 'exposed',
          before: { keys: [before] },
          after: { keys: [after] },
        },
      ])
      expect([before?.state, before?.lastUsedAt, after?.state]).toEqual(['retiring', now + 0.25, 'revoked'])
    })

    it.each([
      ['pending', registered('a', now + 9, { replaces: 'x' })],
      ['expired', registered('a', now)],
      ['pending', keyRecord('a', { notBefore: now + 9 })],
      ['active', keyRecord('a', { notBefore: now })],
      ['expired', keyRecord('a', { notAfter: now + 1 })],
    ])('revokes one that is %s, and forgets its challenge', async (state, key) => {
      await store.commit(changeOf(projectRecord('shop'), [key]))
      const revoked = { ...without(key, 'challenge'), revokedAt: now + 1, revocationReason: 'exposed' }
      const outcome = await revoke('a')
      const [record] = await store.audit({ limit: 1 })
      expect(outcome).toEqual({ key: revoked, othersUsable: false, audit: record })
      expect(record).toMatchObject({ before: { keys: [{ state }] }, after: { keys: [{ state: 'revoked' }] } })
      // It is remembered, however much is changed later.
      const audit = { ...changeOf(projectRecord('shop')).audit, at: now + 9999 }
      await store.commit({ ...changeOf(projectRecord('shop', { version: 3 })), audit })
      expect((await wholeProject(store, 'shop'))?.keys).toEqual([revoked])
    })

    it('knows whether another key can sign', async () => {
      const others = [
        keyRecord('early', { notBefore: now + 9 }),
        registered('pending', now + 9),
        keyRecord('over', { notAfter: now + 1 }),
        ended('gone'),
      ]
      await store.commit(changeOf(projectRecord('shop'), [keyRecord('a'), ...others]))
      expect(await revoke('a')).toMatchObject({ othersUsable: false })
      await store.commit(
        changeOf(projectRecord('shop', { version: 3 }), [keyRecord('still', { notAfter: now + 1.5 })]),
      )
      expect(await revoke('early')).toMatchObject({ othersUsable: true })
    })

    it('changes nothing of a key that is revoked already, nor where there is none', async () => {
      const gone = ended('gone')
      await store.commit(changeOf(projectRecord('shop'), [gone, keyRecord('a')]))
      await store.commit(changeOf(projectRecord('deleted', { deletedAt: now }), [keyRecord('a')]))
      const before = [await wholeProject(store, 'shop'), await wholeProject(store, 'deleted')]
      expect(await revoke('gone')).toEqual({ key: gone, othersUsable: true })
      expect(await revoke('nobody')).toBe('key_not_found')
      expect(await revoke('a', 'deleted')).toBe('project_not_found')
      expect(await revoke('a', 'nobody')).toBe('project_not_found')
      expect([await wholeProject(store, 'shop'), await wholeProject(store, 'deleted')]).toEqual(before)
      expect(await store.audit({ limit: 9 })).toHaveLength(2)
    })

    it('revokes for good: a change that was decided on before is stale', async () => {
      await store.commit(changeOf(projectRecord('shop'), [keyRecord('a')]))
      await revoke('a')
      const unaware = changeOf(projectRecord('shop', { version: 2 }), [
        keyRecord('a', { notAfter: now + 99 }),
      ])
      expect(await store.commit(unaware)).toBe('stale')
      expect((await wholeProject(store, 'shop'))?.keys).toMatchObject([{ revokedAt: now + 1 }])
    })

    it('revokes a key that is rotated by many at once', async () => {
      const registry = createRegistry({ store, audience, clock: () => now })
      await registry.createProject({ id: 'shop' }, { by })
      const { kid } = await registry.generateKey('shop', { by })
      const rotations = Array.from({ length: 5 }, () => registry.rotateKey('shop', { kid, by }))
      const [revocation] = await Promise.allSettled([
        registry.revokeKey('shop', { kid, reason: 'exposed', by }),
        ...rotations,
      ])
      expect(revocation.status).toBe('fulfilled')
      const { keys } = await registry.listKeys('shop')
      expect(keys.find((key) => key.kid === kid)).toMatchObject({
        state: 'revoked',
        revocationReason: 'exposed',
      })
    })
  })
}
