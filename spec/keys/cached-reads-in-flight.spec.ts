import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { MemoryKeyStore, StoreError, type CachedKeyStore } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import {
  keyOf,
  late,
  letTimeGo,
  outcome,
  overflow,
  seconds,
  slowCache,
  stopTime,
  type Read,
} from './caches.js'

beforeEach(stopTime)
afterEach(letTimeGo)

describe('reads in flight', () => {
  /** Lets the cache find these keys, and then forget them: it has seen that there are such keys. */
  async function introduce(
    cache: CachedKeyStore,
    reads: Read[],
    names: readonly (readonly [string, string])[],
  ) {
    for (const [projectId, kid] of names) {
      const found = cache.find(projectId, kid)
      await seconds(0)
      reads.at(-1)?.answer(keyOf(projectId, kid))
      await found
    }
    cache.invalidate()
    reads.length = 0
  }

  const projects = (count: number) =>
    Array.from({ length: count }, (_, index) => [`project-${index}`, 'a'] as const)
  const ask = (cache: CachedKeyStore, names: readonly (readonly [string, string])[]) =>
    names.map(([projectId, kid]) => outcome(cache.find(projectId, kid)))

  it('of names that were never found are at most 24; keys at hand are served as ever', async () => {
    const { cache, reads } = slowCache()
    const warm = cache.find('shop', 'a')
    await seconds(0)
    reads[0]?.answer(keyOf('shop', 'a'))
    await warm

    const waiting = ask(cache, projects(24))
    await seconds(0)
    expect(reads).toHaveLength(25)
    const refused = await outcome(cache.find('one more', 'a'))
    expect(refused).toBeInstanceOf(StoreError)
    expect(refused).toMatchObject(overflow)
    expect(cache.find('shop', 'a')).toMatchObject({ kid: 'a' })
    expect(reads).toHaveLength(25)

    reads[1]?.answer(undefined)
    await waiting[0]
    void outcome(cache.find('one more', 'a'))
    await seconds(0)
    expect(reads).toHaveLength(26)
  })

  it('of keys that were found before are at most 32, whatever strangers ask for', async () => {
    const { cache, reads } = slowCache()
    const known = projects(33)
    await introduce(cache, reads, known)
    void ask(
      cache,
      Array.from({ length: 40 }, (_, index) => [`stranger-${index}`, 'x'] as const),
    )
    await seconds(0)
    expect(reads).toHaveLength(24)
    void ask(cache, known.slice(0, 8))
    await seconds(0)
    expect(reads).toHaveLength(32)
    expect(await outcome(cache.find('project-32', 'a'))).toMatchObject(overflow)
    reads[31]?.answer(undefined)
    await seconds(0)
    void outcome(cache.find('project-32', 'a'))
    await seconds(0)
    expect(reads).toHaveLength(33)
  })

  it('of one project are at most 2 of names that were never found; other projects have theirs', async () => {
    const { cache, reads } = slowCache()
    const waiting = ask(cache, [
      ['shop', 'a'],
      ['shop', 'b'],
    ])
    expect(await outcome(cache.find('shop', 'c'))).toMatchObject(overflow)
    void outcome(cache.find('rival', 'a'))
    await seconds(0)
    expect(reads.map(({ projectId, kid }) => [projectId, kid])).toEqual([
      ['shop', 'a'],
      ['shop', 'b'],
      ['rival', 'a'],
    ])

    reads[0]?.answer(undefined)
    await waiting[0]
    void outcome(cache.find('shop', 'c'))
    await seconds(0)
    expect(reads).toHaveLength(4)
  })

  it('of made-up names do not starve the project\u2019s real keys when their time is over', async () => {
    const { cache, reads } = slowCache()
    const real = ['a', 'b', 'c', 'd'].map((kid) => ['shop', kid] as const)
    await introduce(cache, reads, real)
    void ask(
      cache,
      Array.from({ length: 20 }, (_, index) => ['shop', `made-up-${index}`] as const),
    )
    await seconds(0)
    expect(reads).toHaveLength(2)
    const found = ask(cache, real)
    await seconds(0)
    expect(reads).toHaveLength(6)
    for (const { projectId, kid, answer } of reads.slice(2)) answer(keyOf(projectId, kid))
    expect(await Promise.all(found)).toMatchObject(real.map(([, kid]) => ({ kid })))
  })

  it('of keys that were found before take no place of those that were not, nor give one back', async () => {
    const { cache, reads } = slowCache()
    const known = ['a', 'b', 'c'].map((kid) => ['shop', kid] as const)
    await introduce(cache, reads, known)
    const [first] = ask(cache, known)
    const strangers = ask(cache, [
      ['shop', 'x'],
      ['shop', 'y'],
    ])
    await seconds(0)
    expect(reads).toHaveLength(5)
    reads[0]?.answer(keyOf('shop', 'a'))
    await first
    expect(await outcome(cache.find('shop', 'z'))).toMatchObject(overflow)

    // One stranger goes, so one may come, and no more.
    reads[3]?.answer(undefined)
    await strangers[0]
    void outcome(cache.find('shop', 'z'))
    await seconds(0)
    expect(reads).toHaveLength(6)
    expect(await outcome(cache.find('shop', 'w'))).toMatchObject(overflow)
  })

  it('of a name that is no longer found count as those of a stranger again', async () => {
    const { cache, reads } = slowCache()
    await introduce(cache, reads, [['shop', 'a']])
    const gone = cache.find('shop', 'a')
    await seconds(0)
    reads[0]?.answer(undefined)
    await gone
    cache.invalidate()
    void ask(cache, [
      ['shop', 'x'],
      ['shop', 'y'],
    ])
    expect(await outcome(cache.find('shop', 'a'))).toMatchObject(overflow)
  })

  it('are free again after a failure', async () => {
    const { cache, reads } = slowCache()
    for (let round = 0; round < 100; round++) {
      const asked = outcome(cache.find('shop', `kid-${round}`))
      await seconds(0)
      const error = new Error('connection refused')
      reads[round]?.fail(error)
      expect(await asked).toBe(error)
    }
  })

  it('keep their place after their time is over, until they end', async () => {
    const { cache, reads } = slowCache()
    const waiting = ask(cache, [
      ['shop', 'a'],
      ['shop', 'b'],
    ])
    await seconds(2)
    expect(await Promise.all(waiting)).toMatchObject([late, late])
    // The store still works on both.
    expect(await outcome(cache.find('shop', 'c'))).toMatchObject(overflow)
    reads[0]?.answer(undefined)
    await seconds(0)
    void outcome(cache.find('shop', 'c'))
    await seconds(0)
    expect(reads).toHaveLength(3)
  })

  it('that never end give their place back after ten times their limit', async () => {
    const { cache, reads } = slowCache({ timeoutMs: 100 })
    void ask(cache, [
      ['shop', 'a'],
      ['shop', 'b'],
    ])
    await seconds(0.99)
    expect(await outcome(cache.find('shop', 'c'))).toMatchObject(overflow)
    await seconds(0.02)
    void outcome(cache.find('shop', 'c'))
    await seconds(0)
    expect(reads).toHaveLength(3)
    // What ends later is not counted twice.
    reads[0]?.answer(undefined)
    reads[1]?.answer(undefined)
    await seconds(0)
    void outcome(cache.find('shop', 'd'))
    await seconds(0)
    expect(reads).toHaveLength(4)
    expect(await outcome(cache.find('shop', 'e'))).toMatchObject(overflow)
  })

  it('make the verifier answer 503 when there are too many, and 200 when the flood is over', async () => {
    const { cache, reads } = slowCache()
    const verifier = verifierOf({ keyStore: cache })
    const flood = Array.from({ length: 20 }, (_, index) =>
      outcome(verifier.verify(mint({ header: { kid: `made-up-${index}` } }))),
    )
    await seconds(0)
    expect(reads).toHaveLength(2)
    await expectRefusal(verifier.verify(mint()), 'store_unavailable')
    for (const { answer } of reads) answer(undefined)
    await Promise.all(flood)

    const honest = verifier.verify(mint())
    await seconds(0)
    reads[2]?.answer(new MemoryKeyStore([shop()]).find('shop', 'key-es256'))
    jest.useRealTimers()
    await expect(honest).resolves.toMatchObject({ project: { id: 'shop' } })
  })
})
