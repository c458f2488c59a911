import { beforeEach, describe, expect, it } from '@jest/globals'
import type { HostedKeySet, ProjectRecord, ProjectStore } from '../../../lib/registry/index.js'
import { thumbprint } from '../../../lib/jwk/thumbprint.js'
import { now } from '../../helpers/mint.js'
import { keyRecord, projectRecord, written } from '../../helpers/records.js'
import { hostedKey, jwksUri, keySet, pendingKeySet, publicJwk, setChange } from './hosted-records.js'

const selection = { now, madeAfter: now }
const read = { projectId: 'shop', jwksUri, isRead: true }

/** What every project store promises of the sets that customers host. `make` returns an empty one. */
export function describeKeySets(name: string, make: () => ProjectStore | Promise<ProjectStore>): void {
  describe(`${name} is a store of hosted key sets that`, () => {
    let store: ProjectStore
    beforeEach(async () => {
      store = await make()
    })
    const withSet = (override: Partial<ProjectRecord> = {}) => projectRecord('shop', { keySet, ...override })
    const all = () => store.listHostedKeys('shop', { limit: 10_000 })
    const kidsOf = (keys: readonly { readonly kid: string }[] | undefined) =>
      keys?.map(({ kid }) => kid).sort()

    it('keeps every member of a set and of its keys', async () => {
      const keys = [
        hostedKey('a', { removedAt: now + 1.5, deniedAt: now + 2.5, reason: 'other' }),
        hostedKey('b'),
        { kid: 'é', firstSeen: now + 3, removedAt: now + 3, deniedAt: now + 3, reason: 'unused' as const },
      ]
      const record = withSet({ pendingKeySet })
      expect(await store.commit(setChange(record, keys))).toEqual(written)
      expect(await store.load('shop', selection)).toEqual({
        ...record,
        keys: [],
        madeKeys: 0,
        hostedKeys: [keys[1]],
        hostedKids: 3,
      })
      expect(await store.list({ limit: 1 })).toEqual([record])
      expect(await all()).toEqual(keys)
    })

    it('keeps a set that waits for its proof, which is none yet', async () => {
      await store.commit(setChange(projectRecord('shop', { pendingKeySet })))
      const stored = await store.load('shop', selection)
      expect(stored).toMatchObject({ pendingKeySet })
      expect(stored).not.toHaveProperty('keySet')
      expect(await store.keySet('shop')).toBeUndefined()
    })

    it('takes a set away with a change that has none, and keeps its keys', async () => {
      await store.commit(setChange(withSet({ pendingKeySet }), [hostedKey('a')]))
      await store.commit(setChange(projectRecord('shop', { version: 2 })))
      const stored = await store.load('shop', selection)
      expect(stored).not.toHaveProperty('keySet')
      expect(stored).not.toHaveProperty('pendingKeySet')
      expect(await store.keySet('shop')).toBeUndefined()
      expect(kidsOf(await all())).toEqual(['a'])
    })

    it('writes a set with the version that it was decided on, and no other', async () => {
      await store.commit(setChange(projectRecord('shop')))
      for (const version of [1, 3])
        expect(await store.commit(setChange(withSet({ version }), [hostedKey('a')]))).toBe(
          version === 1 ? 'project_exists' : 'stale',
        )
      expect([await store.keySet('shop'), await all()]).toEqual([undefined, []])
    })

    it('finds a set with its project, and what is revoked, in one answer', async () => {
      expect(await store.keySet('shop')).toBeUndefined()
      const project = { id: 'shop', issuer: 'shop', suspended: false, scopes: ['portal:read'] }
      const revoked = hostedKey('b', { removedAt: now, deniedAt: now + 0.5, reason: 'exposed' })
      await store.commit(setChange(withSet({ project }), [hostedKey('a'), revoked]))
      await store.commit(setChange(projectRecord('other', { keySet })))
      const found = await store.keySet('shop')
      expect(found).toEqual({
        project,
        jwksUri,
        denied: [{ kid: 'b', deniedAt: now + 0.5, thumbprint: thumbprint(publicJwk) }],
      })
      expect(await store.keySet('nobody')).toBeUndefined()
      expect(await store.keySet('\0')).toBeUndefined()
    })

    it('finds no set of a deleted project, and that of a suspended one', async () => {
      const suspended = { id: 'shop', issuer: 'shop', suspended: true }
      await store.commit(setChange(withSet({ project: suspended })))
      expect(await store.keySet('shop')).toMatchObject({ project: { suspended: true } })
      await store.commit(setChange(withSet({ version: 2, deletedAt: now })))
      expect(await store.keySet('shop')).toBeUndefined()
    })

    it('has a copy of what was there when the set was read last, without what is revoked', async () => {
      const keys = [
        hostedKey('a'),
        hostedKey('gone', { removedAt: now }),
        hostedKey('denied', { deniedAt: now, reason: 'other' }),
      ]
      await store.commit(setChange(withSet(), keys))
      await store.noteKeySetRead({ ...read, jwksUri: 'https://shop.example/other' })
      await store.noteKeySetRead({ ...read, projectId: 'nobody' })
      await store.noteKeySetRead({ ...read, isRead: false, failure: 'it answered 503' })
      expect(await store.keySet('shop')).not.toHaveProperty('copy')
      await store.noteKeySetRead(read)
      const { copy } = (await store.keySet('shop')) ?? ({} as HostedKeySet)
      expect(copy?.keys).toEqual([{ kid: 'a', alg: 'ES256', publicJwk }])
      expect(copy?.age).toBeGreaterThanOrEqual(0)
      expect(copy?.age).toBeLessThan(60)
    })

    it('notes when a set was read past all changes, but for one of its address', async () => {
      await store.commit(setChange(withSet()))
      await store.noteKeySetRead(read)
      const readAt = async () => (await store.load('shop', selection))?.keySet?.readAt
      const first = await readAt()
      expect(first).toBeGreaterThan(0)
      // What a change has was loaded before.
      await store.commit(setChange(withSet({ version: 2, keySet: { ...keySet, readAt: now - 9 } })))
      expect(await readAt()).toBe(first)
      const moved = { ...keySet, jwksUri: 'https://shop.example/2', readAt: now }
      await store.commit(setChange(withSet({ version: 3, keySet: moved })))
      expect(await readAt()).toBeUndefined()
    })

    it('notes since when and why a set cannot be read, until it is, and past all changes', async () => {
      await store.commit(setChange(withSet()))
      const kept = async () => (await store.load('shop', selection))?.keySet
      const failed = (failure: string, isRead = false) => store.noteKeySetRead({ ...read, isRead, failure })
      await failed('it answered 503')
      const first = await kept()
      const { since } = first?.failure ?? never()
      expect(first).toEqual({ ...keySet, failure: { since, cause: 'it answered 503' } })
      expect(Math.abs(since - Date.now() / 1000)).toBeLessThan(60)
      await failed('too many', true)
      expect(await kept()).toMatchObject({
        readAt: expect.any(Number),
        failure: { since, cause: 'too many' },
      })
      await store.commit(setChange(withSet({ version: 2 })))
      expect((await store.list({ limit: 1 }))[0]?.keySet?.failure).toEqual({ since, cause: 'too many' })
      await store.noteKeySetRead(read)
      expect(await kept()).not.toHaveProperty('failure')
      await failed('again')
      const moved = { ...keySet, jwksUri: 'https://shop.example/2' }
      await store.commit(setChange(withSet({ version: 3, keySet: moved })))
      expect(await kept()).toEqual(moved)
    })

    it('selects the keys that are there, and those that are named', async () => {
      const gone = (kid: string, jwk = kid) => hostedKey(kid, { thumbprint: jwk, removedAt: now })
      await store.commit(
        setChange(withSet(), [hostedKey('a'), gone('b'), gone('c'), gone('d', 'd'), gone('e')]),
      )
      const selected = async (named: object) =>
        kidsOf((await store.load('shop', { ...selection, ...named }))?.hostedKeys)
      expect(await selected({})).toEqual(['a'])
      expect(await selected({ kids: ['b', 'x'] })).toEqual(['a', 'b'])
      expect(await selected({ thumbprint: 'd' })).toEqual(['a', 'd'])
      expect((await store.load('shop', selection))?.hostedKids).toBe(5)
    })

    it('lists keys by age, then by kid, page by page', async () => {
      const keys = [hostedKey('b'), hostedKey('a'), hostedKey('B', { firstSeen: now - 1 })]
      await store.commit(setChange(withSet(), keys))
      expect((await all()).map(({ kid }) => kid)).toEqual(['B', 'a', 'b'])
      const after = { createdAt: now, kid: 'a' }
      expect(kidsOf(await store.listHostedKeys('shop', { after, limit: 1 }))).toEqual(['b'])
      expect(await store.listHostedKeys('nobody', { limit: 1 })).toEqual([])
    })

    it('lets two projects have one address and one key, and neither keeps a key from being registered', async () => {
      await store.commit(setChange(withSet(), [hostedKey('a')]))
      expect(await store.commit(setChange(projectRecord('other', { keySet }), [hostedKey('a')]))).toEqual(
        written,
      )
      const own = keyRecord('key-1', { thumbprint: thumbprint(publicJwk) })
      expect(await store.commit(setChange(projectRecord('third'), [], [own]))).toEqual(written)
    })

    it('gives each set that is due to one caller, once in ttl', async () => {
      for (const id of ['shop', 'other', 'third'])
        await store.commit(
          setChange(projectRecord(id, { keySet: { ...keySet, jwksUri: `${jwksUri}?${id}` } })),
        )
      await store.commit(setChange(projectRecord('pending', { pendingKeySet })))
      await store.commit(setChange(projectRecord('none')))
      await store.commit(setChange(projectRecord('deleted', { keySet, deletedAt: now })))
      const suspended = { id: 'suspended', issuer: 'suspended', suspended: true }
      await store.commit(setChange(projectRecord('suspended', { keySet, project: suspended })))

      const due = (limit: number, ttl = 300) => store.dueKeySets({ ttl, limit })
      const first = await due(2)
      expect(first).toHaveLength(2)
      const rest = (await Promise.all([due(2), due(2), due(2)])).flat()
      const sets = [...first, ...rest].sort((a, b) => (a.projectId < b.projectId ? -1 : 1))
      expect(sets).toEqual(
        ['other', 'shop', 'third'].map((projectId) => ({ projectId, jwksUri: `${jwksUri}?${projectId}` })),
      )
      expect(await due(9)).toEqual([])
      // Time has passed for who asks for what was read before now.
      expect(await due(9, 0)).toHaveLength(3)
    })

    it('has a set that was given another address due at once', async () => {
      await store.commit(setChange(withSet()))
      await store.dueKeySets({ ttl: 300, limit: 9 })
      await store.commit(setChange(withSet({ version: 2 })))
      expect(await store.dueKeySets({ ttl: 300, limit: 9 })).toEqual([])
      const moved = { ...keySet, jwksUri: 'https://shop.example/2' }
      await store.commit(setChange(withSet({ version: 3, keySet: moved })))
      expect(await store.dueKeySets({ ttl: 300, limit: 9 })).toHaveLength(1)
    })
  })
}

function never(): never {
  throw new Error('must not be reached')
}
