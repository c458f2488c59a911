import { describe, expect, it } from '@jest/globals'
import { StoreError } from '../../../lib/index.js'
import { MemoryProjectStore } from '../../../lib/registry/index.js'
import { now } from '../../helpers/mint.js'
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
    ['endSessions', (registry, options) => registry.endSessions('shop', options)],
    ['deleteProject', (registry, options) => registry.deleteProject('shop', options)],
    ['generateKey', (registry, options) => registry.generateKey('shop', options)],
    ['registerKey', (registry, options) => registry.registerKey('shop', options)],
    ['confirmKey', (registry, options) => registry.confirmKey('shop', options)],
    ['rotateKey', (registry, options) => registry.rotateKey('shop', options)],
    ['revokeKey', (registry, options) => registry.revokeKey('shop', options)],
  ]

  it.each(changes)('%s wants to know who makes it, and no unknown option', async (method, change) => {
    const { registry } = managed()
    const name = 'must be a string of 1 to 256 characters, not blank, without control characters'
    for (const who of ['', ' ', 'x'.repeat(257), 'a\nb', 7, null])
      await expectDenial(change(registry, { by: who } as never), 'request_invalid', `${method}: by ${name}`)
    await expectDenial(
      change(registry, {} as never),
      'request_invalid',
      `${method}: by is missing: who changes, for the audit`,
    )
    await expectDenial(
      change(registry, { by: undefined } as never),
      'request_invalid',
      `${method}: by is undefined; is the variable set that should hold it?`,
    )
    await expectDenial(
      change(registry, undefined as never),
      'request_invalid',
      new RegExp(`^${method} takes an object`),
    )
    await expectDenial(
      change(registry, { by, overlapp: 1 } as never),
      'request_invalid',
      new RegExp(`^${method}: unknown option "overlapp"`),
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
    const { records } = await registry.listAudit()
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
