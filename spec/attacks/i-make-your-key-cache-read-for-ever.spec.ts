import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { CachedKeyStore, type KeyStore, type ProjectKey } from '../../lib/index.js'
import { keyOf, letTimeGo, outcome, stopTime, timedOut } from '../keys/caches.js'

beforeEach(stopTime)
afterEach(letTimeGo)

const milliseconds = (count: number) => jest.advanceTimersByTimeAsync(count)

/** A cache in front of a database that takes 20 ms for a read and has what `held` has when the read begins. */
function cacheOf(held: Map<string, ProjectKey>) {
  const reads: string[] = []
  const database: KeyStore = {
    async find(_, kid) {
      const key = held.get(kid)
      reads.push(kid)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return key
    },
  }
  return { reads, cache: new CachedKeyStore(database, { timeoutMs: 500 }) }
}

/** Whoever may notify makes every instance forget everything, or one project, every 10 ms. */
async function invalidateFor(
  cache: CachedKeyStore,
  duration: number,
  ...names: [] | ['shop'] | ['shop', 'a']
) {
  for (let passed = 0; passed < duration; passed += 10) {
    cache.invalidate(...names)
    await milliseconds(10)
  }
}

describe.each([
  ['everything', []],
  ['the project', ['shop']],
  ['the key', ['shop', 'a']],
] as [string, [] | ['shop'] | ['shop', 'a']][])('a storm of messages about %s', (_, names) => {
  it('ends a call at its deadline, and no call meanwhile is let in by what was read before a message', async () => {
    const { cache, reads } = cacheOf(new Map([['a', keyOf('shop', 'a')]]))
    let settled = 0
    const calls = [outcome(cache.find('shop', 'a'))]
    for (const call of calls) void call.then(() => settled++)
    await invalidateFor(cache, 490, ...names)
    expect(settled).toBe(0)
    await invalidateFor(cache, 20, ...names)
    expect(settled).toBe(1)
    expect(await calls[0]).toMatchObject(timedOut)
    // One read after the other, however many messages came.
    expect(reads.length).toBeLessThanOrEqual(26)
  })

  it('does not keep the next call out when it is over, and a revoked key stays out', async () => {
    const held = new Map([['a', keyOf('shop', 'a')]])
    const { cache, reads } = cacheOf(held)
    const call = outcome(cache.find('shop', 'a'))
    await invalidateFor(cache, 300, ...names)
    held.clear()
    await invalidateFor(cache, 100, ...names)
    const before = reads.length
    await milliseconds(60)
    expect(await call).toBeUndefined()
    expect(reads.length - before).toBeLessThanOrEqual(2)
    expect(cache.find('shop', 'a')).toBeUndefined()
  })
})

it('a storm costs as many reads as time allows, however many calls come with it', async () => {
  const { cache, reads } = cacheOf(new Map([['a', keyOf('shop', 'a')]]))
  const calls: Promise<unknown>[] = []
  for (let passed = 0; passed < 1000; passed += 10) {
    cache.invalidate('shop')
    for (let call = 0; call < 10; call++) calls.push(outcome(cache.find('shop', 'a')))
    await milliseconds(10)
  }
  expect(reads.length).toBeLessThanOrEqual(51)
  await milliseconds(500)
  const outcomes = await Promise.all(calls)
  expect(outcomes).toHaveLength(1000)
  expect(outcomes[0]).toMatchObject(timedOut)
  // The last ones came late enough to see the end of it.
  expect(outcomes.at(-1)).toMatchObject({ kid: 'a' })
})

it('messages about another project disturb nobody', async () => {
  const { cache, reads } = cacheOf(new Map([['a', keyOf('shop', 'a')]]))
  const call = outcome(cache.find('shop', 'a'))
  for (let passed = 0; passed < 20; passed += 10) {
    cache.invalidate('rival')
    await milliseconds(10)
  }
  expect(await call).toMatchObject({ kid: 'a' })
  expect(reads).toHaveLength(1)
})
