import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { keyChecks } from '../../lib/keys/jwks/key-checks.js'
import { MemoryProjectStore, refreshKeySets, type ProjectStore } from '../../lib/registry/index.js'
import { customerHost, hostName, keySet, text } from '../helpers/customer-host.js'
import { published } from '../helpers/hosted-platform.js'
import { now } from '../helpers/mint.js'
import { changeOf, projectRecord } from '../helpers/records.js'
import { by } from '../helpers/registry.js'
import { until } from '../helpers/until.js'
import { fill, refreshedSets } from './refreshed-sets.js'

const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published('key-1')])
})

const refreshed = (given?: Parameters<typeof refreshedSets>[1]) => refreshedSets(host, given)

/** Adds projects with a set of their own. */
async function addSets(store: ProjectStore, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const keySetRecord = { jwksUri: `${host.jwksUri}?${index}`, confirmedAt: now }
    await store.commit(changeOf(projectRecord(`many-${index}`, { keySet: keySetRecord })))
  }
}

describe('refreshKeySets', () => {
  it('writes the keys that came and went, once, with a record and an event', async () => {
    const { refresh, states, changes, events, close } = await refreshed()
    host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'active', 'key-2': 'active' })
    expect(events.map(({ type }) => type)).toEqual(['registry.changed', 'key_set.read'])
    expect(events[1]).toMatchObject({ projectId: 'shop', keys: 2, dropped: 0, newKids: ['key-2'] })
    host.answer = keySet([published('key-2', 'EdDSA')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'removed', 'key-2': 'active' })
    host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'active', 'key-2': 'active' })
    const records = await changes()
    expect(records).toHaveLength(3)
    expect(records.at(-1)).toMatchObject({
      by: 'refreshKeySets',
      before: {},
      after: { hostedKeys: [{ kid: 'key-2' }] },
    })
    expect(records[1]).toMatchObject({
      before: { hostedKeys: [{ kid: 'key-1', state: 'active' }] },
      after: { hostedKeys: [{ kid: 'key-1', state: 'removed' }] },
    })
    await close()
  })

  it('writes nothing where nothing has changed, but when the set was read', async () => {
    const { refresh, changes, registry, store, close } = await refreshed()
    const version = async () => (await store.load('shop', { now, madeAfter: now }))?.version
    const before = await version()
    await refresh()
    expect([await changes(), await version()]).toEqual([[], before])
    expect((await registry.getProject('shop')).keySet?.readAt).toBe(now + 300)
    expect(host.asked).toHaveLength(1)
    await close()
  })

  it('reads a set once in ttl, however many processes do', async () => {
    const { clock, refresher, close } = await refreshed()
    await close()
    const processes = Array.from({ length: 8 }, refresher)
    const all = () => Promise.all(processes.map((one) => one.refresh()))
    await all()
    expect(host.asked).toHaveLength(1)
    clock.now += 299
    await all()
    expect(host.asked).toHaveLength(1)
    clock.now += 1
    await all()
    expect(host.asked).toHaveLength(2)
    for (const one of processes) await one.close()
  })

  it('reads more sets than it reads at a time, and none waits for a host that is slow', async () => {
    const { store, refresh, events, close } = await refreshed()
    await addSets(store, 40)
    const addresses = () => new Set(host.asked.map(({ url }) => url)).size
    const answer = keySet([published('key-1')])
    host.answer = (req, res) => {
      const isSlow = req.url === '/jwks.json'
      const others = isSlow ? until('all others are asked', () => addresses() === 41) : Promise.resolve()
      void others.then(() => {
        answer(req, res)
      })
    }
    await refresh()
    expect(addresses()).toBe(41)
    expect(events.filter(({ type }) => type === 'key_set.failed')).toEqual([])
    await close()
  })

  it('reads 16 sets at a time', async () => {
    const { store, refresh, close } = await refreshed()
    await addSets(store, 20)
    const waiting: (() => void)[] = []
    host.answer = (req, res) => {
      waiting.push(() => {
        keySet([])(req, res)
      })
    }
    host.resolved.length = 0
    const refreshing = refresh()
    for (let asked = 16; asked <= 21; asked++) {
      await until(`${asked} are asked`, () => host.asked.length === asked)
      expect(host.resolved).toHaveLength(asked)
      waiting.shift()?.()
    }
    for (const answer of waiting) answer()
    await refreshing
    expect(host.resolved).toHaveLength(21)
    await close()
  })

  it('notes that a key is published for another algorithm', async () => {
    host.answer = keySet([published('rsa', 'RS256')])
    const { refresh, registry, close } = await refreshed({ alg: 'RS256' })
    host.answer = keySet([{ ...published('rsa', 'RS256'), alg: 'PS256' }])
    await refresh()
    expect((await registry.listHostedKeys('shop')).keys).toMatchObject([{ kid: 'rsa', alg: 'PS256' }])
    await close()
  })

  it('reads a set again that somebody set out to read by a clock that was ahead', async () => {
    const { refresh, clock, close } = await refreshed()
    clock.now += 3_600
    await refresh()
    clock.now -= 7_200
    await refresh()
    expect(host.asked).toHaveLength(2)
    await close()
  })

  it('tells of a read that fails, changes nothing, and tries again after ttl', async () => {
    const { refresh, states, events, clock, registry, close } = await refreshed()
    await refresh()
    host.answer = text('', 503)
    await refresh()
    expect(events.at(-1)).toMatchObject({
      type: 'key_set.failed',
      projectId: 'shop',
      cause: 'the key set cannot be read: it answered 503',
    })
    expect(await states()).toEqual({ 'key-1': 'active' })
    const { keySet: kept } = await registry.getProject('shop')
    const failure = { since: clock.now, cause: 'the key set cannot be read: it answered 503' }
    expect(kept).toMatchObject({ readAt: clock.now - 300, failure })
    expect(host.asked).toHaveLength(2)
    host.answer = keySet([published('key-1')])
    await refresh()
    expect((await registry.getProject('shop')).keySet).not.toHaveProperty('failure')
    await close()
  })

  it('reads no set of a project that is suspended or deleted, and one that is resumed', async () => {
    const { refresh, registry, close } = await refreshed()
    await registry.suspendProject('shop', { by })
    await refresh()
    expect(host.resolved.slice(1)).toEqual([])
    await registry.resumeProject('shop', { by })
    await refresh()
    expect(host.asked).toHaveLength(1)
    await registry.deleteProject('shop', { by })
    await refresh()
    expect(host.asked).toHaveLength(1)
    await close()
  })

  it('takes no other key under a kid that stood for one: it is gone', async () => {
    const { refresh, states, events, changes, close } = await refreshed()
    host.answer = keySet([published('key-1', 'EdDSA')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'removed' })
    expect(events.at(-1)).toMatchObject({ droppedKeys: [{ kid: 'key-1', reason: 'other_material' }] })
    await refresh()
    expect(await changes()).toHaveLength(1)
    host.answer = keySet([published('key-1')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'active' })
    await close()
  })

  it('tells of another key under a kid that was gone from the set', async () => {
    const { refresh, states, events, close } = await refreshed()
    host.answer = keySet([])
    await refresh()
    host.answer = keySet([published('key-1', 'EdDSA')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'removed' })
    const droppedKeys = [{ kid: 'key-1', reason: 'other_material' }]
    expect(events.at(-1)).toMatchObject({ keys: 0, dropped: 1, droppedKeys, newKids: [] })
    await close()
  })

  it('checks no RSA key again that comes back, nor one for which there is no room', async () => {
    const check = jest.spyOn(keyChecks, 'run')
    host.answer = keySet([published('rsa', 'RS256')])
    const { refresh, store, close } = await refreshed({ alg: 'RS256' })
    expect(check).toHaveBeenCalledTimes(1)
    host.answer = keySet([])
    await refresh()
    await fill(store, 999)
    host.answer = keySet([published('rsa', 'RS256'), published('more', 'PS256')])
    await refresh()
    expect((await store.keySet('shop'))?.copy?.keys).toMatchObject([{ kid: 'rsa' }])
    expect(check).toHaveBeenCalledTimes(1)
    await close()
  })

  it('remembers 1,000 kids of a project, and tells when there are more', async () => {
    const { refresh, registry, states, events, store, close } = await refreshed()
    await fill(store, 998)
    host.answer = keySet([published('key-1'), published('key-2', 'EdDSA'), published('key-3', 'ES384')])
    await refresh()
    expect(events.slice(-2)).toMatchObject([
      { type: 'key_set.read', newKids: ['key-2'] },
      { type: 'key_set.failed', cause: expect.stringMatching(/^too_many_keys: /) },
    ])
    await refresh()
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['key_set.failed', 'key_set.failed'])
    const { failure } = (await registry.getProject('shop')).keySet ?? {}
    expect(failure?.cause).toMatch(/^too_many_keys: /)
    const kept = (await store.listHostedKeys('shop', { limit: 2_000 })).map(({ kid }) => kid)
    expect([kept.length, kept.includes('key-2'), kept.includes('key-3')]).toEqual([1_000, true, false])
    expect(Object.keys(await states())).toHaveLength(50)
    await close()
  })

  it('reads from no address that is not public', async () => {
    const { refresh, events, close } = await refreshed()
    host.names.set(hostName, ['10.0.0.1'])
    await refresh()
    expect(events.at(-1)).toMatchObject({ cause: expect.stringContaining('that is not public') })
    expect(host.asked).toEqual([])
    await close()
  })

  it('drops what it has read where the set has moved meanwhile', async () => {
    const { refresh, registry, states, changes, hand, close } = await refreshed()
    host.answer = (req, res) => {
      const isOld = req.url === '/jwks.json'
      host.answer = keySet([published('key-1')])
      const moving = isOld ? hand('ES256', 'shop', `${host.jwksUri}?moved`) : Promise.resolve()
      void moving.then(() => {
        keySet([published('key-1'), published('stale', 'EdDSA')])(req, res)
      })
    }
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'active' })
    expect(await changes()).toEqual([])
    expect((await registry.getProject('shop')).keySet?.jwksUri).toMatch(/moved$/)
    await close()
  })

  it('tells onError of a store that cannot be asked, and goes on with other sets', async () => {
    const store = new MemoryProjectStore()
    const { refresher, errors, events, close } = await refreshed({ store })
    await close()
    const one = refresher()
    store.noteKeySetRead = () => Promise.reject(new Error('down'))
    await one.refresh()
    expect(errors).toEqual([new Error('down')])
    expect(events.at(-1)).toMatchObject({ type: 'key_set.read', projectId: 'shop' })
    store.dueKeySets = () => Promise.reject(new Error('away'))
    await expect(one.refresh()).rejects.toThrow('away')
    await one.close()
    store.dueKeySets = () => Promise.resolve(never())
    await one.refresh()
  })

  it.each<[string, unknown]>([
    ['store must be a project store, such as new PostgresProjectStore({ db })', { store: {} }],
    ['ttl must be a number of seconds from 60 to 3600', { ttl: 59 }],
    ['ttl must be a number of seconds from 60 to 3600; 300000 looks like milliseconds', { ttl: 300_000 }],
  ])('refuses: %s', (message, options) => {
    const given = { store: new MemoryProjectStore(), ...(options as object) }
    expect(() => refreshKeySets(given)).toThrow(new TypeError(`refreshKeySets: ${message}`))
  })
})

function never(): never {
  throw new Error('must not be reached')
}
