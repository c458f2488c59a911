import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { StoreError } from '../../lib/index.js'
import { keyOf, letTimeGo, outcome, quickCache, seconds, slowCache, stopTime, timedOut } from './caches.js'

beforeEach(stopTime)
afterEach(letTimeGo)

describe('a read', () => {
  it('is shared by all who ask for one key', async () => {
    const { cache, reads } = slowCache()
    const askers = Array.from({ length: 100 }, async () => cache.find('shop', 'a'))
    await seconds(0)
    expect(reads).toHaveLength(1)
    const key = keyOf('shop', 'a')
    reads[0]?.answer(key)
    for (const answer of await Promise.all(askers)) expect(answer).toBe(key)
  })

  it('is not shared by another kid or another project', async () => {
    const { cache, reads } = slowCache()
    const pairs = [
      ['p1', '2x'],
      ['p12', 'x'],
      ['p12', '2x'],
    ] as const
    const askers = pairs.map(async ([projectId, kid]) => cache.find(projectId, kid))
    await seconds(0)
    for (const { projectId, kid, answer } of reads) answer(keyOf(projectId, kid))
    const found = (await Promise.all(askers)).map((key) => [key?.project.id, key?.kid])
    expect(found).toEqual(pairs)
  })

  it('that fails is told to all who wait, as it is, and not remembered', async () => {
    const { cache, reads } = slowCache()
    const askers = [cache.find('shop', 'a'), cache.find('shop', 'a')].map(outcome)
    await seconds(0)
    const error = new Error('connection refused')
    reads[0]?.fail(error)
    expect(await Promise.all(askers)).toEqual([error, error])

    const again = cache.find('shop', 'a')
    await seconds(0)
    expect(reads).toHaveLength(2)
    reads[1]?.answer(keyOf('shop', 'a'))
    await expect(again).resolves.toMatchObject({ kid: 'a' })
  })

  it('that fails after an invalidation says nothing: there is another one', async () => {
    const { cache, reads } = slowCache()
    const before = cache.find('shop', 'a')
    cache.invalidate()
    const after = cache.find('shop', 'a')
    reads[0]?.fail(new Error('connection refused'))
    await seconds(0)
    expect(reads).toHaveLength(2)
    const key = keyOf('shop', 'a')
    reads[1]?.answer(key)
    expect(await before).toBe(key)
    expect(await after).toBe(key)
  })

  it('that throws at once fails like any other', async () => {
    const { cache, find } = quickCache([keyOf('shop', 'a')])
    find.mockImplementationOnce(() => {
      throw new Error('no connection')
    })
    await expect(cache.find('shop', 'a')).rejects.toThrow('no connection')
    await expect(cache.find('shop', 'a')).resolves.toMatchObject({ kid: 'a' })
  })

  it.each([
    [{}, 2000],
    [{ timeoutMs: 50 }, 50],
  ])('that takes too long is an outage (%j)', async (options, timeoutMs) => {
    const { cache } = slowCache(options)
    const asked = outcome(cache.find('shop', 'a'))
    let ended = false
    void asked.then(() => (ended = true))
    await jest.advanceTimersByTimeAsync(timeoutMs - 1)
    expect(ended).toBe(false)
    await jest.advanceTimersByTimeAsync(1)
    expect(await asked).toBeInstanceOf(StoreError)
    expect(await asked).toMatchObject(timedOut)
  })

  it('that answers after its time changes nothing', async () => {
    const { cache, reads } = slowCache()
    const asked = outcome(cache.find('shop', 'a'))
    await seconds(2)
    expect(await asked).toMatchObject(timedOut)
    reads[0]?.answer(keyOf('shop', 'a'))
    await seconds(0)
    void outcome(cache.find('shop', 'a'))
    await seconds(0)
    expect(reads).toHaveLength(2)
  })

  it('that fails after its time is nobody\u2019s unhandled rejection', async () => {
    const unhandled = jest.fn()
    process.on('unhandledRejection', unhandled)
    const { cache, reads } = slowCache()
    const asked = outcome(cache.find('shop', 'a'))
    await seconds(2)
    reads[0]?.fail(new Error('connection lost'))
    expect(await asked).toMatchObject(timedOut)
    jest.useRealTimers()
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('leaves no timer behind', async () => {
    const { cache } = quickCache([keyOf('shop', 'a')])
    await cache.find('shop', 'a')
    await cache.find('shop', 'b')
    expect(jest.getTimerCount()).toBe(0)
  })
})
