import { describe, expect, it } from '@jest/globals'
import { StoreError } from '../../../lib/index.js'
import { createRegistry, MemoryProjectStore } from '../../../lib/registry/index.js'
import { audience, now } from '../../helpers/mint.js'
import { by, expectDenial, managed } from '../../helpers/registry.js'

describe('every change', () => {
  const changes: [
    string,
    (registry: ReturnType<typeof managed>['registry'], options: never) => Promise<unknown>,
  ][] = [
    ['createProject', (registry, options) => registry.createProject({}, options)],
    ['updateProject', (registry, options) => registry.updateProject('shop', {}, options)],
    ['suspendProject', (registry, options) => registry.suspendProject('shop', options)],
    ['resumeProject', (registry, options) => registry.resumeProject('shop', options)],
    ['deleteProject', (registry, options) => registry.deleteProject('shop', options)],
    ['generateKey', (registry, options) => registry.generateKey('shop', options)],
    ['registerKey', (registry, options) => registry.registerKey('shop', options)],
    ['confirmKey', (registry, options) => registry.confirmKey('shop', options)],
    ['rotateKey', (registry, options) => registry.rotateKey('shop', options)],
    ['revokeKey', (registry, options) => registry.revokeKey('shop', 'kid', options)],
  ]

  it.each(changes)('%s wants to know who makes it, and no unknown option', async (_, change) => {
    const { registry } = managed()
    const name = 'must be a string of 1 to 256 characters, not blank, without control characters'
    for (const who of ['', ' ', 'x'.repeat(257), 'a\nb', 7, null])
      await expectDenial(change(registry, { by: who } as never), 'request_invalid', `by ${name}`)
    await expectDenial(change(registry, {} as never), 'request_invalid', `by ${name}`)
    await expectDenial(
      change(registry, { by: undefined } as never),
      'request_invalid',
      'by is undefined; set it or leave it out',
    )
    await expectDenial(change(registry, undefined as never), 'request_invalid', /^Give an object/)
    await expectDenial(
      change(registry, { by, overlapp: 1 } as never),
      'request_invalid',
      /^Unknown option "overlapp"/,
    )
  })

  it('is in the audit, with what it was before and after', async () => {
    const { registry, clock } = managed()
    await registry.createProject({ id: 'shop' }, { by: 'ann' })
    clock.now += 1
    await registry.updateProject('shop', { name: 'Shop' }, { by: 'bob' })
    clock.now += 1
    await registry.suspendProject('shop', { reason: 'They asked.', by: 'ann' })
    const { kid } = await registry.generateKey('shop', { by: 'ann' })
    const { kid: second } = await registry.rotateKey('shop', { by: 'bob' })
    const { records } = await registry.audit()
    const project = (name: string | undefined, updatedAt: number) => ({
      project: {
        id: 'shop',
        issuer: 'shop',
        suspended: false,
        createdAt: now,
        updatedAt,
        ...(name && { name }),
      },
    })
    expect(records.toReversed()).toMatchObject([
      {
        id: 1,
        at: now,
        by: 'ann',
        action: 'project.created',
        projectId: 'shop',
        before: {},
        after: project(undefined, now),
      },
      {
        at: now + 1,
        by: 'bob',
        action: 'project.updated',
        before: project(undefined, now),
        after: project('Shop', now + 1),
      },
      {
        action: 'project.suspended',
        reason: 'They asked.',
        after: { project: { suspended: true, suspensionReason: 'They asked.' } },
      },
      { action: 'key.generated', kid, before: {}, after: { keys: [{ kid, state: 'active' }] } },
      {
        action: 'key.rotated',
        kid: second,
        before: { keys: [{ kid, state: 'active' }] },
        after: {
          keys: [
            { kid, state: 'retiring' },
            { kid: second, state: 'active', replaces: kid },
          ],
        },
      },
    ])
  })

  it('is given up when others are always faster', async () => {
    const store = new MemoryProjectStore()
    const { registry } = managed(store)
    await registry.createProject({ id: 'shop' }, { by })
    store.commit = () => Promise.resolve('stale')
    await expectDenial(
      registry.updateProject('shop', {}, { by }),
      'conflict',
      'The project "shop" is being changed by many at once. Nothing was changed; try again.',
    )
  })

  it('throws what the store throws', async () => {
    const store = new MemoryProjectStore()
    const { registry } = managed(store)
    await registry.createProject({ id: 'shop' }, { by })
    store.load = () => Promise.reject(new StoreError('store_unavailable'))
    await expect(registry.updateProject('shop', {}, { by })).rejects.toMatchObject({
      code: 'store_unavailable',
      status: 503,
    })
  })
})

describe('lists', () => {
  it('come page by page', async () => {
    const { registry } = managed()
    for (const id of ['c', 'a', 'b']) await registry.createProject({ id }, { by })
    const { projects, next } = await registry.listProjects({ limit: 2 })
    expect([projects.map(({ id }) => id), next]).toEqual([['a', 'b'], 'b'])
    const rest = await registry.listProjects({ limit: 2, after: next })
    expect(rest).toEqual({ projects: [expect.objectContaining({ id: 'c' })] })
    expect(await registry.listProjects({ limit: 3 })).not.toHaveProperty('next')

    const newest = await registry.audit({ limit: 2 })
    expect(newest.records.map(({ projectId }) => projectId)).toEqual(['b', 'a'])
    const oldest = await registry.audit({ limit: 2, before: newest.next })
    expect(oldest).toEqual({ records: [expect.objectContaining({ projectId: 'c' })] })
    expect((await registry.audit({ projectId: 'a' })).records).toHaveLength(1)
  })

  it.each([
    [{ limit: 0 }, 'limit must be an integer from 1 to 500'],
    [{ limit: 501 }, 'limit must be an integer from 1 to 500'],
    [{ limit: '5' }, 'limit must be an integer from 1 to 500'],
    [{ after: '' }, /^after must be a string/],
    [{ form: 1 }, /^Unknown member of a query "form"/],
  ])('refuse %j', async (query, message) => {
    await expectDenial(managed().registry.listProjects(query as never), 'request_invalid', message)
  })

  const noPlaces = [
    '',
    'key-1',
    ',key-1',
    '1,',
    '1',
    'x,key-1',
    '1e,key-1',
    '1e300,k',
    'Infinity,a',
    '1,a\0',
    7,
    ['1,a'],
  ]
  it.each([
    [{ limit: 0 }, 'limit must be an integer from 1 to 500'],
    ...noPlaces.map((after): [object, string] => [{ after }, 'after must be the next of a list of keys']),
    [{ before: 1 }, /^Unknown member of a query "before"/],
  ])('of keys refuse %j', async (query, message) => {
    const { registry } = managed()
    await registry.createProject({ id: 'shop' }, { by })
    await expectDenial(registry.listKeys('shop', query as never), 'request_invalid', message)
  })

  it.each([
    [{ limit: 1.5 }, 'limit must be an integer from 1 to 500'],
    [{ before: 0 }, 'before must be the id of a record'],
    [{ before: '7' }, 'before must be the id of a record'],
    [{ projectId: 7 }, /^projectId must be a string/],
  ])('of the audit refuse %j', async (query, message) => {
    await expectDenial(managed().registry.audit(query as never), 'request_invalid', message)
  })

  it('refuse names that no project can have', async () => {
    const { registry } = managed()
    await expectDenial(registry.project('a\0'), 'request_invalid', /^project id must be a string/)
    await expectDenial(registry.listKeys(7 as never), 'request_invalid', /^project id must be a string/)
  })
})

describe('createRegistry', () => {
  const store = new MemoryProjectStore()
  it.each([
    [{ audience }, 'Option store must be a project store, such as new PostgresProjectStore({ db })'],
    [
      { store: {}, audience },
      'Option store must be a project store, such as new PostgresProjectStore({ db })',
    ],
    [{ store }, "Option audience must be the platform's name, as the verifier has it"],
    [{ store, audience: '' }, "Option audience must be the platform's name, as the verifier has it"],
    [{ store, audience: undefined }, 'Option audience is undefined; set it or leave it out'],
    [{ store, audience, clock: 7 }, 'Option clock must be a function that returns epoch seconds'],
    [{ store, audience, clok: 7 }, 'Unknown option of createRegistry "clok". Did you mean "clock"?'],
  ])('refuses %j', (options, message) => {
    expect(() => createRegistry(options as never)).toThrow(new TypeError(message))
  })

  it.each([NaN, undefined, '1790000000'])('changes nothing while its clock says %p', async (time) => {
    const registry = createRegistry({ store, audience, clock: () => time as number })
    await expect(registry.createProject({}, { by })).rejects.toThrow(
      new TypeError('The clock of the registry must return epoch seconds'),
    )
    expect(await store.list({ limit: 1 })).toEqual([])
  })

  it('has the time of the system unless told otherwise', async () => {
    const begun = Date.now() / 1000
    const registry = createRegistry({ store: new MemoryProjectStore(), audience })
    const { createdAt } = await registry.createProject({}, { by })
    expect(createdAt).toBeGreaterThanOrEqual(begun)
    expect(createdAt).toBeLessThanOrEqual(Date.now() / 1000)
  })
})
