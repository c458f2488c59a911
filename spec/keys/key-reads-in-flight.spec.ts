import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { MemoryKeyStore, StoreError } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import {
  answer,
  ask,
  introduce,
  kidsOf,
  timedOut,
  letTimeGo,
  names,
  outcome,
  overflow,
  seconds,
  slowCache,
  stopTime,
} from './caches.js'

beforeEach(stopTime)
afterEach(letTimeGo)

describe('reads in flight', () => {
  it('of names that were never found are at most 24; others wait, and keys at hand are served', async () => {
    const { cache, reads } = slowCache()
    const warm = cache.find('shop', 'a')
    await answer(reads[0])
    await warm

    void ask(cache, names(25))
    expect(reads).toHaveLength(25)
    expect(cache.find('shop', 'a')).toMatchObject({ kid: 'a' })
    await answer(reads[7])
    expect(reads).toHaveLength(26)
    expect(reads[25]).toMatchObject({ projectId: 'project-24' })
  })

  it('of keys that were found before are at most 24, too, and the others have the 8 that are left', async () => {
    const { cache, reads } = slowCache()
    const known = names(30)
    await introduce(cache, reads, known)
    void ask(cache, known)
    expect(reads).toHaveLength(24)
    void ask(cache, names(30, 'stranger'))
    expect(reads).toHaveLength(32)
    expect(reads.slice(24).map(({ projectId }) => projectId)).toEqual(
      names(8, 'stranger').map(([projectId]) => projectId),
    )
  })

  it('of keys that were found before go first: made-up names do not keep them from being read again', async () => {
    const { cache, reads } = slowCache()
    const known = names(12)
    await introduce(cache, reads, known)
    void ask(cache, kidsOf('project-0', 56))
    expect(reads).toHaveLength(24)
    const found = ask(cache, known)
    expect(reads).toHaveLength(32)
    // The next places are for the four that wait, whoever leaves.
    for (const read of reads.slice(0, 4)) await answer(read)
    expect(reads.slice(24).map(({ projectId, kid }) => [projectId, kid])).toEqual(known)
    for (const read of reads.slice(24)) await answer(read)
    expect(await Promise.all(found)).toMatchObject(known.map(([id, kid]) => ({ project: { id }, kid })))
  })

  it('of a name that is no longer found are again those of a name that was never found', async () => {
    const { cache, reads } = slowCache()
    await introduce(cache, reads, [['shop', 'a']])
    const gone = cache.find('shop', 'a')
    reads[0]?.answer(undefined)
    await gone
    cache.invalidate()
    void ask(cache, kidsOf('shop', 56))
    expect(await outcome(cache.find('shop', 'a'))).toMatchObject(overflow)
  })

  it('are free again after a failure', async () => {
    const { cache, reads } = slowCache()
    for (let round = 0; round < 100; round++) {
      const asked = outcome(cache.find('shop', `kid-${round}`))
      const error = new Error('connection refused')
      reads[round]?.fail(error)
      expect(await asked).toBe(error)
    }
  })

  it('keep their place after their time is over, until they end', async () => {
    const { cache, reads } = slowCache()
    const asked = ask(cache, names(24))
    await seconds(2)
    expect(await Promise.all(asked)).toMatchObject(Array(24).fill(timedOut))
    // The store still works on all of them.
    void outcome(cache.find('shop', 'a'))
    expect(reads).toHaveLength(24)
    await answer(reads[0])
    expect(reads).toHaveLength(25)
  })

  it('that never end give their place back after ten times their limit', async () => {
    const { cache, reads } = slowCache({ timeoutMs: 100 })
    void ask(cache, names(24))
    await seconds(0.95)
    void ask(cache, names(3, 'later'))
    expect(reads).toHaveLength(24)
    await seconds(0.05)
    expect(reads).toHaveLength(27)
    // What ends later is not counted twice.
    for (const read of reads.slice(0, 24)) await answer(read)
    void ask(cache, names(30, 'last'))
    expect(reads).toHaveLength(48)
  })

  it('are let go of, with every timer, when all has ended', async () => {
    const { cache, reads } = slowCache()
    const asked = ask(cache, names(100))
    for (let read = 0; read < 100; read++) await answer(reads[read])
    await Promise.all(asked)
    expect(jest.getTimerCount()).toBe(0)
    expect(Reflect.get(Reflect.get(cache, 'reads') as object, 'lookups')).toHaveProperty('size', 0)
  })

  it('make the verifier answer 503 when too many wait, and 200 when the flood is over', async () => {
    const { cache, reads } = slowCache()
    const verifier = verifierOf({ keyStore: cache })
    const flood = Array.from({ length: 60 }, (_, index) =>
      outcome(verifier.verify(mint({ header: { kid: `made-up-${index}` } }))),
    )
    await seconds(0)
    const refused = verifier.verify(mint())
    await expect(refused).rejects.toBeInstanceOf(StoreError)
    await expectRefusal(refused, 'store_unavailable')
    for (let read = 0; read < 56; read++) {
      reads[read]?.answer(undefined)
      await seconds(0)
    }
    await Promise.all(flood)

    const honest = verifier.verify(mint())
    await seconds(0)
    reads[56]?.answer(new MemoryKeyStore([shop()]).find('shop', 'key-es256'))
    jest.useRealTimers()
    await expect(honest).resolves.toMatchObject({ project: { id: 'shop' } })
  })
})
