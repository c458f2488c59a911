import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { CachedKeyStore, MemoryKeyStore, type CachedKeyStoreOptions, type KeyStore } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { keyOf, letTimeGo, outcome, quickCache, seconds, slowCache, stopTime } from './caches.js'
import { describeKeyStore } from './key-store-contract.js'

describeKeyStore('CachedKeyStore', (projects) => new CachedKeyStore(new MemoryKeyStore(projects)))
describeKeyStore('CachedKeyStore in front of a store that answers later', (projects) => {
  const store = new MemoryKeyStore(projects)
  return new CachedKeyStore({ find: (...names) => Promise.resolve(store.find(...names)) })
})

beforeEach(stopTime)
afterEach(letTimeGo)

describe('a key at hand', () => {
  it('is served without asking, and without a promise, until its time is over', async () => {
    const key = keyOf('shop', 'a')
    const { cache, find } = quickCache([key])
    await expect(cache.find('shop', 'a')).resolves.toBe(key)
    await seconds(29.9)
    expect(cache.find('shop', 'a')).toBe(key)
    expect(find).toHaveBeenCalledTimes(1)
  })

  it.each([
    [{}, 30],
    [{ ttl: 5 }, 5],
    [{ ttl: 0.25 }, 0.25],
  ])('is never served beyond it (%j)', async (options, ttl) => {
    const { cache, held, find } = quickCache([keyOf('shop', 'a')], options)
    await cache.find('shop', 'a')
    await seconds(ttl + 0.001)
    held.length = 0
    await expect(cache.find('shop', 'a')).resolves.toBeUndefined()
    expect(find).toHaveBeenCalledTimes(2)
  })

  it('does not live longer because it is asked for', async () => {
    const { cache, find } = quickCache([keyOf('shop', 'a')])
    for (let second = 0; second < 61; second++) {
      await cache.find('shop', 'a')
      await seconds(1)
    }
    expect(find).toHaveBeenCalledTimes(2)
  })

  it('is not served when its time is over and the store fails', async () => {
    const { cache, find } = quickCache([keyOf('shop', 'a')])
    await cache.find('shop', 'a')
    await seconds(31)
    find.mockImplementation(() => Promise.reject(new Error('connection refused')))
    await expect(cache.find('shop', 'a')).rejects.toThrow('connection refused')
  })

  it('counts its time from when the store was asked: what was revoked meanwhile is not in the answer', async () => {
    const { cache, reads } = slowCache()
    const asked = cache.find('shop', 'a')
    await seconds(1.5)
    reads[0]?.answer(keyOf('shop', 'a'))
    await asked
    await seconds(28.4)
    expect(cache.find('shop', 'a')).toMatchObject({ kid: 'a' })
    await seconds(0.2)
    void outcome(cache.find('shop', 'a'))
    await seconds(0)
    expect(reads).toHaveLength(2)
  })

  it('is not kept when it did not come from the admission', async () => {
    const { cache, find, held } = quickCache([{ ...keyOf('shop', 'a') }])
    for (let asked = 0; asked < 3; asked++) {
      expect(
        await outcome(verifierOf({ keyStore: cache }).verify(mint({ header: { kid: 'a' } }))),
      ).toMatchObject({
        code: 'store_unavailable',
      })
    }
    expect(find).toHaveBeenCalledTimes(3)
    held[0] = keyOf('shop', 'a')
    await expect(cache.find('shop', 'a')).resolves.toBe(held[0])
  })

  it('leaves to make room for others, the one that was not asked for longest first', async () => {
    const { cache, find } = quickCache([keyOf('shop', 'a'), keyOf('shop', 'b'), keyOf('shop', 'c')], {
      capacity: 2,
    })
    for (const kid of ['a', 'b', 'a', 'c']) await cache.find('shop', kid)
    expect(find).toHaveBeenCalledTimes(3)
    await cache.find('shop', 'a')
    expect(find).toHaveBeenCalledTimes(3)
    await cache.find('shop', 'b')
    expect(find).toHaveBeenCalledTimes(4)
  })
})

describe('that there is no such key', () => {
  it.each([
    [{}, 2],
    [{ missingTtl: 10 }, 10],
  ])('is remembered for a short while (%j)', async (options, ttl) => {
    const { cache, held, find } = quickCache([], options)
    await expect(cache.find('shop', 'new')).resolves.toBeUndefined()
    held.push(keyOf('shop', 'new'))
    await seconds(ttl - 0.1)
    expect(cache.find('shop', 'new')).toBeUndefined()
    expect(find).toHaveBeenCalledTimes(1)
    await seconds(0.2)
    await expect(cache.find('shop', 'new')).resolves.toMatchObject({ kid: 'new' })
  })

  it('is remembered also when the store says null', async () => {
    const find = jest.fn(() => Promise.resolve(null))
    const cache = new CachedKeyStore({ find })
    await expect(cache.find('shop', 'a')).resolves.toBeUndefined()
    expect(cache.find('shop', 'a')).toBeUndefined()
    expect(find).toHaveBeenCalledTimes(1)
  })

  it('takes no room from the keys, and not more than its own', async () => {
    const { cache, find } = quickCache([keyOf('shop', 'a')], { capacity: 10, missingTtl: 60 })
    await cache.find('shop', 'a')
    for (let made = 0; made < 100; made++) await cache.find('shop', `made-up-${made}`)
    expect(find).toHaveBeenCalledTimes(101)
    expect(cache.find('shop', 'a')).toMatchObject({ kid: 'a' })
    // The last ten are remembered, the one before is not.
    for (let made = 90; made < 100; made++) expect(cache.find('shop', `made-up-${made}`)).toBeUndefined()
    expect(find).toHaveBeenCalledTimes(101)
    await cache.find('shop', 'made-up-89')
    expect(find).toHaveBeenCalledTimes(102)
  })

  it('a thousand times does not starve a key that is new', async () => {
    const { cache, held } = quickCache([], { capacity: 100 })
    for (let made = 0; made < 1000; made++) await cache.find('shop', `made-up-${made}`)
    held.push(keyOf('shop', 'new'))
    await expect(cache.find('shop', 'new')).resolves.toMatchObject({ kid: 'new' })
  })
})

describe('an invalidation', () => {
  const held = [keyOf('shop', 'a'), keyOf('shop', 'b'), keyOf('shop2', 'a'), keyOf('4', 'shopa')]

  it.each([
    ['of one key', ['shop', 'a'], [['shop', 'a']]],
    [
      'of a project',
      ['shop'],
      [
        ['shop', 'a'],
        ['shop', 'b'],
      ],
    ],
    ['of everything', [], held.map((key) => [key.project.id, key.kid])],
    ['of a key of no project', [undefined, 'a'], held.map((key) => [key.project.id, key.kid])],
    ['of a key that is not there', ['shop', 'c'], []],
    ['of a project that is not there', ['sho'], []],
  ])('%s forgets no more and no less', async (_, names, forgotten) => {
    const { cache, find } = quickCache(held)
    for (const key of held) await cache.find(key.project.id, key.kid)
    find.mockClear()
    cache.invalidate(...(names as [string, string]))
    for (const key of held) await cache.find(key.project.id, key.kid)
    expect(find.mock.calls).toEqual(forgotten)
  })

  it('forgets also that there is no such key', async () => {
    const { cache, held: later } = quickCache([])
    await cache.find('shop', 'new')
    later.push(keyOf('shop', 'new'))
    expect(cache.find('shop', 'new')).toBeUndefined()
    cache.invalidate('shop', 'new')
    await expect(cache.find('shop', 'new')).resolves.toMatchObject({ kid: 'new' })
  })

  it('is followed by one read of a key that is gone, and by one of a key that is back', async () => {
    const key = keyOf('shop', 'a')
    const { cache, find, held: stored } = quickCache([key])
    await cache.find('shop', 'a')
    for (const now of [[], [key], []]) {
      stored.splice(0, 1, ...now)
      cache.invalidate('shop')
      find.mockClear()
      await expect(cache.find('shop', 'a')).resolves.toBe(now[0])
      expect(cache.find('shop', 'a')).toBe(now[0])
      expect(find).toHaveBeenCalledTimes(1)
    }
  })

  it.each([
    ['the key', ['shop', 'a']],
    ['the project', ['shop']],
    ['everything', []],
  ])('of %s discards a read that began before, and who waits gets a fresh one', async (_, names) => {
    const { cache, reads } = slowCache()
    const [revoked, fresh] = [keyOf('shop', 'a'), keyOf('shop', 'a')]
    const waiting = cache.find('shop', 'a')
    await seconds(0)
    cache.invalidate(...(names as [string, string]))
    reads[0]?.answer(revoked)
    await seconds(0)
    expect(reads).toHaveLength(2)
    reads[1]?.answer(fresh)
    expect(await waiting).toBe(fresh)
    expect(cache.find('shop', 'a')).toBe(fresh)
  })

  it('lets those who asked before and after it share one fresh read, which begins when the old one has ended', async () => {
    const { cache, reads } = slowCache()
    const before = cache.find('shop', 'a')
    cache.invalidate('shop', 'a')
    const after = cache.find('shop', 'a')
    await seconds(0)
    expect(reads).toHaveLength(1)
    const [old, fresh] = [keyOf('shop', 'a'), keyOf('shop', 'a')]
    reads[0]?.answer(old)
    await seconds(0)
    expect(reads).toHaveLength(2)
    reads[1]?.answer(fresh)
    expect(await before).toBe(fresh)
    expect(await after).toBe(fresh)
    expect(cache.find('shop', 'a')).toBe(fresh)
  })

  it('again and again is followed by a fresh read each time', async () => {
    const { cache, reads } = slowCache()
    const waiting = cache.find('shop', 'a')
    for (let round = 0; round < 5; round++) {
      await seconds(0)
      cache.invalidate()
      reads[round]?.answer(keyOf('shop', 'a'))
    }
    await seconds(0)
    expect(reads).toHaveLength(6)
    reads[5]?.answer(undefined)
    expect(await waiting).toBeUndefined()
  })

  it('does not disturb the read of another key', async () => {
    const { cache, reads } = slowCache()
    const waiting = cache.find('shop', 'a')
    await seconds(0)
    cache.invalidate('shop', 'b')
    cache.invalidate('rival')
    reads[0]?.answer(keyOf('shop', 'a'))
    await waiting
    expect(reads).toHaveLength(1)
  })
})

describe('CachedKeyStore refuses', () => {
  const store = new MemoryKeyStore([])
  const cacheOf = (capacity: unknown) => new CachedKeyStore(store, { capacity } as CachedKeyStoreOptions)
  it.each([undefined, null, {}, { find: 1 }, 'store'])('to stand in front of %j', (wrong) => {
    expect(() => new CachedKeyStore(wrong as KeyStore)).toThrow(
      new TypeError(
        'CachedKeyStore: store must be the key store to keep at hand, an object with find(projectId, kid)',
      ),
    )
  })

  it.each([
    ['ttl', 3600],
    ['missingTtl', 3600],
    ['timeoutMs', 60_000],
  ])('a %s that is no positive number up to %d', (name, max) => {
    const what = name === 'timeoutMs' ? 'milliseconds' : 'seconds'
    expect(() => new CachedKeyStore(store, { [name]: max })).not.toThrow()
    for (const wrong of [0, -1, NaN, '30', null]) {
      expect(() => new CachedKeyStore(store, { [name]: wrong })).toThrow(
        new TypeError(`CachedKeyStore: ${name} must be a positive number of ${what} up to ${max}`),
      )
    }
    const hint = name === 'timeoutMs' ? '' : `; ${max + 1} looks like milliseconds`
    expect(() => new CachedKeyStore(store, { [name]: max + 1 })).toThrow(
      new TypeError(`CachedKeyStore: ${name} must be a positive number of ${what} up to ${max}${hint}`),
    )
    expect(() => new CachedKeyStore(store, { [name]: undefined })).toThrow(
      new TypeError(`CachedKeyStore: ${name} is undefined; set it or leave it out`),
    )
  })

  it.each([0, -1, 1.5, NaN, Infinity, '10', null, 1_000_001])('a capacity of %p', (capacity) => {
    const message = 'CachedKeyStore: capacity must be a whole number of keys from 1 to 1000000'
    expect(() => cacheOf(capacity)).toThrow(new TypeError(message))
  })
  it('no capacity of a million', () => {
    expect(() => cacheOf(1_000_000)).not.toThrow()
  })
  it.each([
    ['ttlMs', 'Did you mean "ttl"?'],
    ['timeout', 'Did you mean "timeoutMs"?'],
    ['staleWhileRevalidate', 'Known: ttl, missingTtl, capacity, timeoutMs.'],
  ])('an option named %s', (name, hint) => {
    expect(() => new CachedKeyStore(store, { [name]: 1 })).toThrow(
      new TypeError(`CachedKeyStore: unknown option ${JSON.stringify(name)}. ${hint}`),
    )
  })
})
