import { beforeEach, describe, expect, it } from '@jest/globals'
import { StoreError } from '../../../lib/index.js'
import { isAdmitted } from '../../../lib/keys/public-key.js'
import {
  createRegistry,
  type KeyRecord,
  type ProjectRecord,
  type ProjectStore,
  type WrittenChange,
} from '../../../lib/registry/index.js'
import { without } from '../../../lib/registry/store/records.js'
import { until } from '../../helpers/until.js'
import { audience, now } from '../../helpers/mint.js'
import { changeOf, keyRecord, projectRecord, wholeProject, written } from '../../helpers/records.js'
import { by } from '../../helpers/registry.js'

const fullProject: ProjectRecord = {
  project: {
    id: 'full',
    name: 'Full of "members" \\ and é😀',
    issuer: 'https://full.example',
    allowedOrigins: ['https://full.example', 'http://localhost:8080'],
    scopes: ['portal:read', "it's"],
    suspended: true,
    metadata: { plan: 'gold', none: null, list: [1.5, null, { deep: null }], zebra: 1, ant: 'é' },
  },
  suspensionReason: 'They asked.',
  createdAt: now + 0.125,
  updatedAt: now + 1.5,
  version: 1,
}

const fullKeys: KeyRecord[] = [
  keyRecord('a', {
    notBefore: now + 1,
    notAfter: now + 2.5,
    revokedAt: now + 3,
    revocationReason: 'exposed',
    replaces: 'b',
    idempotencyKey: 'é once',
  }),
  keyRecord('b', { challenge: { nonceHash: 'hash', expiresAt: now + 600, overlap: 0.5 } }),
  keyRecord('c', { challenge: { nonceHash: 'hash', expiresAt: now + 600 } }),
]

/** What every project store promises. `make` returns an empty one. */
export function describeProjectStore(name: string, make: () => ProjectStore | Promise<ProjectStore>): void {
  describe(`${name} is a project store that`, () => {
    let store: ProjectStore
    beforeEach(async () => {
      store = await make()
    })
    const everything = async (...ids: string[]) => [
      await Promise.all(ids.map((id) => wholeProject(store, id))),
      await store.list({ limit: 100 }),
      await store.audit({ limit: 100 }),
    ]

    it('keeps every member of a project and of its keys', async () => {
      expect(await store.commit(changeOf(fullProject, fullKeys))).toEqual(written)
      expect(await wholeProject(store, 'full')).toEqual({ ...fullProject, keys: fullKeys })
      expect(await store.list({ limit: 1 })).toEqual([fullProject])
    })

    it.each([
      ['no origins', { allowedOrigins: [] as string[] }],
      ['no scopes', { scopes: [] as string[] }],
      ['empty metadata', { metadata: {} }],
    ])('tells %s from none given', async (_, members) => {
      const project = { id: 'shop', issuer: 'shop', suspended: false, ...members }
      await store.commit(changeOf(projectRecord('shop', { project }), [keyRecord('a')]))
      expect((await wholeProject(store, 'shop'))?.project).toEqual(project)
      expect((await store.find('shop', 'a'))?.project).toEqual(project)
      await store.commit(changeOf(projectRecord('other'), [keyRecord('a')]))
      const [member = ''] = Object.keys(members)
      expect((await store.find('other', 'a'))?.project).not.toHaveProperty(member)
    })

    it('keeps its own copy', async () => {
      const change = structuredClone(changeOf(fullProject, fullKeys))
      await store.commit(change)
      Object.assign(change.project.project.metadata ?? {}, { plan: 'none' })
      Object.assign((await wholeProject(store, 'full')) ?? {}, { version: 7 })
      expect(await wholeProject(store, 'full')).toEqual({ ...fullProject, keys: fullKeys })
    })

    it('knows nothing of a project that nobody made', async () => {
      expect(await wholeProject(store, 'nobody')).toBeUndefined()
      expect(await everything()).toEqual([[], [], []])
    })

    it('writes a change of the version that it was decided on, and no other', async () => {
      await store.commit(changeOf(projectRecord('shop'), [keyRecord('a')]))
      const second = {
        ...projectRecord('shop', { version: 2 }),
        project: { ...fullProject.project, id: 'shop' },
      }
      expect(await store.commit(changeOf(second, [keyRecord('b')]))).toEqual(written)
      const before = await everything('shop', 'nobody')
      for (const version of [2, 4]) {
        const change = changeOf(projectRecord('shop', { version }), [keyRecord('c')])
        expect(await store.commit(change)).toBe('stale')
      }
      expect(await store.commit(changeOf(projectRecord('nobody', { version: 2 })))).toBe('stale')
      expect(await store.commit(changeOf(projectRecord('shop')))).toBe('project_exists')
      expect(await everything('shop', 'nobody')).toEqual(before)
      expect((await wholeProject(store, 'shop'))?.keys.map(({ kid }) => kid)).toEqual(['a', 'b'])
    })

    it('changes the keys that it is given, and leaves the others', async () => {
      const [a, b] = [keyRecord('a'), keyRecord('b')]
      await store.commit(changeOf(projectRecord('shop'), [a, b]))
      const revoked = { ...b, revokedAt: now, revocationReason: 'other' as const }
      await store.commit(changeOf(projectRecord('shop', { version: 2 }), [revoked]))
      expect((await wholeProject(store, 'shop'))?.keys).toEqual([a, revoked])
      // What a pending key waited for goes, too.
      await store.commit(changeOf(projectRecord('shop', { version: 3 }), [b]))
      expect((await wholeProject(store, 'shop'))?.keys).toEqual([a, b])
    })

    it('gives an activated key to one project, for good, and writes nothing of a change that wants it', async () => {
      const mine = keyRecord('a', { thumbprint: 'one', revokedAt: now })
      await store.commit(changeOf(projectRecord('shop', { deletedAt: now }), [mine]))
      await store.commit(changeOf(projectRecord('other')))
      const before = await everything('shop', 'other')
      const wanted = keyRecord('x', { thumbprint: 'one' })
      const change = changeOf(projectRecord('other', { version: 2 }), [keyRecord('y'), wanted])
      expect(await store.commit(change)).toBe('key_exists')
      expect(await everything('shop', 'other')).toEqual(before)

      const pending = without(wanted, 'activatedAt')
      expect(await store.commit({ ...change, keys: [pending] })).toEqual(written)
      expect(await store.commit(changeOf(projectRecord('other', { version: 3 }), [wanted]))).toBe(
        'key_exists',
      )
    })

    it('does not find a key that is pending, nor one of a deleted project', async () => {
      const pending = without(keyRecord('pending'), 'activatedAt')
      await store.commit(changeOf(projectRecord('shop'), [keyRecord('a'), pending]))
      expect(await store.find('shop', 'pending')).toBeUndefined()
      expect(isAdmitted(await store.find('shop', 'a'))).toBe(true)
      await store.commit(changeOf(projectRecord('shop', { version: 2, deletedAt: now })))
      expect(await store.find('shop', 'a')).toBeUndefined()
      expect(await wholeProject(store, 'shop')).toMatchObject({ deletedAt: now })
    })

    it('finds a revoked key as revoked, also where the clock is behind', async () => {
      const ahead = Date.now() / 1000 + 3600
      await store.commit(changeOf(projectRecord('shop'), [keyRecord('a', { revokedAt: ahead })]))
      // However far behind: no clock shows an earlier moment.
      const revokedAt = (await store.find('shop', 'a'))?.revokedAt ?? Infinity
      expect(revokedAt).toBeLessThan(-1e11)
    })

    it.each([
      ['key', projectRecord('shop'), keyRecord('a', { publicJwk: { kty: 'oct', k: 'AAAA' } })],
      ['algorithm', projectRecord('shop'), keyRecord('a', { alg: 'RS256' })],
      [
        'origin',
        projectRecord('shop', { project: { id: 'shop', allowedOrigins: ['https://*.example'] } }),
        keyRecord('a'),
      ],
    ])('calls a stored %s that is not admissible an outage', async (_, project, key) => {
      await store.commit(changeOf(project, [key, keyRecord('b')]))
      const found = new Promise((resolve) => {
        resolve(store.find('shop', 'a'))
      })
      await expect(found).rejects.toBeInstanceOf(StoreError)
      await expect(found).rejects.toMatchObject({ code: 'store_unavailable', cause: expect.any(TypeError) })
    })

    it('lists projects by code point, page by page, without the deleted ones', async () => {
      const ids = ['B', 'a', 'b', 'é', '\uffee', '😀', '😁']
      for (const id of ids.toReversed()) await store.commit(changeOf(projectRecord(id)))
      await store.commit(changeOf(projectRecord('b', { version: 2, deletedAt: now })))
      const page = async (after: string) =>
        (await store.list({ after, limit: 2 })).map(({ project }) => project.id)
      expect((await store.list({ limit: 2 })).map(({ project }) => project.id)).toEqual(['B', 'a'])
      expect(await page('a')).toEqual(['é', '\uffee'])
      expect(await page('\uffee')).toEqual(['😀', '😁'])
      expect(await page('😁')).toEqual([])
    })

    it('keeps the audit, the newest first, page by page', async () => {
      const records: unknown[] = []
      for (const [index, projectId] of ['shop', 'other', 'shop', 'shop'].entries()) {
        const change = changeOf(projectRecord(projectId, { version: index === 0 || index === 1 ? 1 : index }))
        const audit = {
          ...change.audit,
          at: now + index + 0.5,
          by: `é${index}`,
          ...(index === 2 && { kid: 'k', reason: 'exposed', before: { project: fullProject } as never }),
        }
        records.unshift(((await store.commit({ ...change, audit })) as WrittenChange).audit)
      }
      const all = await store.audit({ limit: 10 })
      expect(records).toEqual(all)
      expect(all.map(({ at }) => at - now)).toEqual([3.5, 2.5, 1.5, 0.5])
      expect(all[1]).toEqual({
        id: expect.any(Number),
        at: now + 2.5,
        by: 'é2',
        action: 'project.updated',
        projectId: 'shop',
        kid: 'k',
        reason: 'exposed',
        before: { project: fullProject },
        after: {},
      })
      const before = all[1]?.id ?? 0
      expect(await store.audit({ limit: 1, before })).toEqual([all[2]])
      expect(await store.audit({ limit: 10, before, projectId: 'shop' })).toEqual([all[3]])
      expect(await store.audit({ limit: 10, projectId: 'nobody' })).toEqual([])
    })

    it('notes when keys were used last, forward in time only', async () => {
      await store.commit(changeOf(projectRecord('shop'), [keyRecord('a'), keyRecord('b')]))
      await store.commit(changeOf(projectRecord('other'), [keyRecord('a')]))
      const used = async () =>
        [(await wholeProject(store, 'shop'))?.keys, (await wholeProject(store, 'other'))?.keys].map((keys) =>
          keys?.map(({ lastUsedAt }) => lastUsedAt),
        )
      const use = (kid: string, at: number, projectId = 'shop') => ({ projectId, kid, at })
      await store.touch([])
      await store.touch([
        use('a', now + 1),
        use('a', now + 3),
        use('a', now + 2),
        use('x', now),
        use('a', now, 'x'),
      ])
      expect(await used()).toEqual([[now + 3, undefined], [undefined]])
      await store.touch([use('a', now + 2), use('b', now + 0.5), use('a', now + 9, 'other')])
      expect(await used()).toEqual([[now + 3, now + 0.5], [now + 9]])
      // A change was decided on what was loaded before the key was used; a new key was not used yet.
      await store.commit(
        changeOf(projectRecord('shop', { version: 2 }), [
          keyRecord('a', { lastUsedAt: now }),
          keyRecord('c', { lastUsedAt: now }),
        ]),
      )
      expect((await used())[0]).toEqual([now + 3, now + 0.5, undefined])
    })

    it('tells who watches of each change, and of nothing that was not changed', async () => {
      const seen: (string | undefined)[] = []
      const watch = await store.watch((projectId) => seen.push(projectId))
      await store.commit(changeOf(projectRecord('é shop')))
      await until('the first change is told', () => seen.includes('é shop'))
      seen.length = 0
      await store.commit(changeOf(projectRecord('é shop')))
      await store.commit(changeOf(projectRecord('é shop', { version: 7 })))
      await store.touch([{ projectId: 'é shop', kid: 'a', at: now }])
      await store.commit(changeOf(projectRecord('p'.repeat(256))))
      await until('a change is told', () => seen.length > 0)
      expect(seen).toEqual(['p'.repeat(256)])
      await watch.close()
      await store.commit(changeOf(projectRecord('unseen')))
      const other = await store.watch((projectId) => seen.push(projectId))
      await store.commit(changeOf(projectRecord('seen')))
      await until('a change is told', () => seen.includes('seen'))
      expect(seen).not.toContain('unseen')
      await other.close()
    })

    it('loses none of twenty rotations of one project that many instances make at once', async () => {
      const instance = () => createRegistry({ store, audience, clock: () => now })
      const first = instance()
      await first.createProject({ id: 'shop' }, { by })
      await first.generateKey('shop', { by })
      const instances = [first, instance(), instance(), instance()]
      const rotations = await Promise.all(
        instances.flatMap((registry) =>
          Array.from({ length: 5 }, () => registry.rotateKey('shop', { overlap: 0, by })),
        ),
      )
      const { keys } = await first.listKeys('shop')
      expect(keys).toHaveLength(21)
      expect(new Set(rotations.map(({ retiring }) => retiring.kid)).size).toBe(20)
      expect(keys.filter(({ state }) => state === 'active')).toHaveLength(1)
      expect(
        (await store.audit({ limit: 100 })).filter(({ action }) => action === 'key.rotated'),
      ).toHaveLength(20)
    })

    it('makes one rotation of many that have one idempotency key', async () => {
      const registry = createRegistry({ store, audience, clock: () => now })
      await registry.createProject({ id: 'shop' }, { by })
      await registry.generateKey('shop', { by })
      const rotations = await Promise.all(
        Array.from({ length: 10 }, () => registry.rotateKey('shop', { idempotencyKey: 'once', by })),
      )
      expect(new Set(rotations.map(({ kid }) => kid)).size).toBe(1)
      expect(rotations.filter(({ repeated }) => !repeated)).toHaveLength(1)
      expect(rotations.filter(({ privateKey }) => privateKey !== undefined)).toHaveLength(1)
      expect((await registry.listKeys('shop')).keys).toHaveLength(2)
    })
  })
}
