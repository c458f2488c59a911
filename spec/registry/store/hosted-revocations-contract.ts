import { beforeEach, describe, expect, it } from '@jest/globals'
import type { ProjectRecord, ProjectStore, RevokedHostedKey } from '../../../lib/registry/index.js'
import { without } from '../../../lib/registry/store/records.js'
import { until } from '../../helpers/until.js'
import { now } from '../../helpers/mint.js'
import { keyRecord, projectRecord } from '../../helpers/records.js'
import { hostedKey, keySet, publicJwk, setChange } from './hosted-records.js'

const selection = { now, madeAfter: now }
const denied = (kid: string, at = now + 5) => ({
  projectId: 'shop',
  kid,
  reason: 'exposed' as const,
  by: 'a test',
  at,
})

/** What every project store promises of the revocation of keys that customers host. `make` returns an empty one. */
export function describeHostedRevocations(
  name: string,
  make: () => ProjectStore | Promise<ProjectStore>,
): void {
  describe(`${name} is a store of hosted key sets that`, () => {
    let store: ProjectStore
    beforeEach(async () => {
      store = await make()
    })
    const withSet = (override: Partial<ProjectRecord> = {}) => projectRecord('shop', { keySet, ...override })
    const all = () => store.listHostedKeys('shop', { limit: 10_000 })
    const kidsOf = (keys: readonly { readonly kid: string }[] | undefined) =>
      keys?.map(({ kid }) => kid).sort()

    describe('revokes a hosted key', () => {
      it('with its record, and the version moves on', async () => {
        await store.commit(setChange(withSet(), [hostedKey('a'), hostedKey('b')]))
        const outcome = (await store.revoke(denied('a'))) as RevokedHostedKey
        const hosted = hostedKey('a', { deniedAt: now + 5, reason: 'exposed' })
        const { alg } = hosted
        const view = {
          hosted: true,
          kid: 'a',
          alg,
          firstSeen: now,
          publicJwk: { ...publicJwk, kid: 'a', alg, use: 'sig' },
        }
        expect(outcome).toEqual({
          hostedKey: hosted,
          othersUsable: true,
          audit: {
            id: outcome.audit?.id,
            at: now + 5,
            by: 'a test',
            action: 'key.revoked',
            projectId: 'shop',
            kid: 'a',
            reason: 'exposed',
            before: { hostedKeys: [{ ...view, state: 'active' }] },
            after: {
              hostedKeys: [{ ...view, state: 'revoked', revokedAt: now + 5, revocationReason: 'exposed' }],
            },
          },
        })
        expect((await store.audit({ limit: 1 }))[0]).toEqual(outcome.audit)
        expect((await store.load('shop', selection))?.version).toBe(2)
        expect(await store.keySet('shop')).toMatchObject({ denied: [{ kid: 'a' }] })
        expect(await store.revoke(denied('b'))).toMatchObject({ othersUsable: false })
      })

      it('that was never seen, while the project has a set', async () => {
        await store.commit(setChange(projectRecord('shop')))
        expect(await store.revoke(denied('x'))).toBe('key_not_found')
        await store.commit(setChange(withSet({ version: 2 })))
        expect(await store.revoke(denied('x'))).toMatchObject({
          hostedKey: {
            kid: 'x',
            firstSeen: now + 5,
            removedAt: now + 5,
            deniedAt: now + 5,
            reason: 'exposed',
          },
          othersUsable: false,
          audit: { before: { hostedKeys: [] } },
        })
        const { denied: list } = (await store.keySet('shop')) ?? {}
        expect(list).toEqual([{ kid: 'x', deniedAt: now + 5 }])
      })

      it('once: a later one changes nothing, nor does a change of the set', async () => {
        await store.commit(setChange(withSet(), [hostedKey('a')]))
        await store.revoke(denied('a'))
        const again = await store.revoke({ ...denied('a', now + 9), reason: 'other' })
        expect(again).toMatchObject({ hostedKey: { deniedAt: now + 5, reason: 'exposed' } })
        expect(again).not.toHaveProperty('audit')
        expect((await store.load('shop', selection))?.version).toBe(2)
        await store.commit(setChange(withSet({ version: 3 }), [hostedKey('a')]))
        expect(await all()).toEqual([hostedKey('a', { deniedAt: now + 5, reason: 'exposed' })])
      })

      it('of twenty at once, each', async () => {
        const kids = Array.from({ length: 20 }, (_, index) => `k${index}`)
        await store.commit(
          setChange(
            withSet(),
            kids.slice(10).map((kid) => hostedKey(kid)),
          ),
        )
        await Promise.all([...kids, ...kids].map((kid) => store.revoke(denied(kid))))
        const { denied: list } = (await store.keySet('shop')) ?? {}
        expect(kidsOf(list)).toEqual(kids.toSorted())
        expect((await store.load('shop', selection))?.version).toBe(21)
        expect(await store.audit({ projectId: 'shop', limit: 100 })).toHaveLength(21)
      })

      it('not under a kid that is registered: that key ends, and wins', async () => {
        const pending = without(keyRecord('a'), 'activatedAt')
        await store.commit(setChange(withSet(), [hostedKey('a')], [keyRecord('b'), pending]))
        expect(await store.revoke(denied('a'))).toMatchObject({ key: { kid: 'a' }, othersUsable: true })
        expect(await store.find('shop', 'a')).toMatchObject({ revokedAt: -Number.MAX_VALUE })
        expect(await store.keySet('shop')).toMatchObject({ denied: [] })
      })

      it('whose pair was revoked as a registered key, whatever its kid', async () => {
        const own = keyRecord('own', { thumbprint: 'one' })
        const gone = hostedKey('c', { thumbprint: 'two', removedAt: now })
        const other = keyRecord('other', { thumbprint: 'two', revokedAt: now, revocationReason: 'other' })
        await store.commit(setChange(withSet(), [hostedKey('b', { thumbprint: 'one' }), gone], [own, other]))
        expect(await store.keySet('shop')).toMatchObject({ denied: [] })
        await store.revoke(denied('own'))
        const { denied: list } = (await store.keySet('shop')) ?? {}
        expect(list).toEqual([{ kid: 'own', deniedAt: now + 5, thumbprint: 'one' }])
      })

      it('only where there is room for it, and always one that was seen', async () => {
        const kids = Array.from({ length: 1_999 }, (_, index) => `k${index}`)
        await store.commit(
          setChange(
            withSet(),
            kids.map((kid) => hostedKey(kid)),
          ),
        )
        expect(await store.revoke(denied('x'))).toHaveProperty('hostedKey')
        expect(await store.revoke(denied('y'))).toBe('too_many_keys')
        expect(await store.revoke(denied('x'))).toHaveProperty('hostedKey')
        expect(await store.revoke(denied('k7'))).toHaveProperty('audit')
      })

      it('of a project that is deleted, or of none: there is no such project', async () => {
        await store.commit(setChange(withSet({ deletedAt: now }), [hostedKey('a')]))
        expect(await store.revoke(denied('a'))).toBe('project_not_found')
        expect(await store.revoke({ ...denied('a'), projectId: 'nobody' })).toBe('project_not_found')
      })

      it('and ends its sessions, and tells who watches', async () => {
        await store.commit(setChange(withSet(), [hostedKey('a')]))
        const seen: (string | undefined)[] = []
        const watch = await store.watch((projectId) => seen.push(projectId))
        const at = Date.now() / 1000
        await store.revoke(denied('a', at))
        await until('the revocation is told', () => seen.includes('shop'))
        const { keys } = await store.revocations()
        expect(keys).toEqual([{ project: 'shop', kid: 'a', revokedAt: expect.closeTo(at, 3) }])
        await watch.close()
      })
    })

    it('says of a registered key that it is the last one only where no hosted one is left', async () => {
      await store.commit(
        setChange(withSet(), [hostedKey('h'), hostedKey('a')], [keyRecord('a'), keyRecord('b')]),
      )
      await store.revoke(denied('b'))
      expect(await store.revoke(denied('a'))).toMatchObject({ othersUsable: true })
      await store.revoke(denied('h'))
      expect(await store.revoke(denied('a'))).toMatchObject({ othersUsable: false })
    })

    it('has no key that ends soon where the set goes on', async () => {
      const soon = Date.now() / 1000 + 60
      const ending = keyRecord('a', { notAfter: soon })
      await store.commit(setChange(withSet(), [], [ending]))
      expect(await store.expiringKeys(soon + 1)).toHaveLength(1)
      await store.commit(setChange(withSet({ version: 2 }), [hostedKey('h')]))
      expect(await store.expiringKeys(soon + 1)).toEqual([])
    })
  })
}
