import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { CachedKeyStore } from '../../lib/index.js'
import {
  answer,
  ask,
  introduce,
  keyOf,
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

const waitingNames = (cache: CachedKeyStore) =>
  Reflect.get(Reflect.get(cache, 'reads') as object, 'lookups') as Map<string, unknown>

/** A cache that has all its reads of never-seen names under way. */
function busyCache() {
  const made = slowCache()
  const busy = ask(made.cache, names(24, 'busy'))
  return { ...made, busy }
}

describe('names that were never found', () => {
  it('wait, 32 of one project; one more is refused at once, and other projects are not', async () => {
    const { cache, reads } = busyCache()
    void ask(cache, kidsOf('shop', 32))
    expect(await outcome(cache.find('shop', 'one more'))).toMatchObject(overflow)
    // To ask for what waits already takes no room.
    const [again] = ask(cache, [['shop', 'made-up-0']])
    const [honest] = ask(cache, [['rival', 'a']])
    await answer(reads[0])
    await answer(reads[1])
    expect(reads.slice(24).map(({ projectId, kid }) => [projectId, kid])).toEqual([
      ['shop', 'made-up-0'],
      ['rival', 'a'],
    ])
    await answer(reads[24])
    await answer(reads[25])
    expect(await again).toMatchObject({ kid: 'made-up-0' })
    expect(await honest).toMatchObject({ project: { id: 'rival' } })
  })

  it('wait, 1,024 in all; one more is refused at once, until there is room', async () => {
    const { cache, reads } = busyCache()
    void ask(cache, names(1024))
    expect(await outcome(cache.find('one more', 'a'))).toMatchObject(overflow)
    await answer(reads[0])
    void outcome(cache.find('one more', 'a'))
    expect(await outcome(cache.find('another', 'a'))).toMatchObject(overflow)
    expect(reads).toHaveLength(25)
  })

  it('leave no room taken, and are not read, when nobody waits for them any longer', async () => {
    const { cache, reads, busy } = busyCache()
    const waiting = ask(cache, kidsOf('shop', 32))
    await seconds(2)
    expect(await Promise.all([...busy, ...waiting])).toMatchObject(Array(56).fill(timedOut))
    expect(waitingNames(cache).size).toBe(0)
    const later = ask(cache, kidsOf('shop', 32, 'later'))
    expect(waitingNames(cache).size).toBe(32)
    expect(await outcome(cache.find('shop', 'one more'))).toMatchObject(overflow)
    for (const read of reads.slice(0, 24)) await answer(read)
    expect(reads.slice(24).every(({ kid }) => kid.startsWith('later'))).toBe(true)
    await seconds(2)
    expect(await Promise.all(later)).toMatchObject(Array(32).fill(timedOut))
    expect(waitingNames(cache).size).toBe(0)
  })

  it('do not keep names that were found before from waiting, of which there may be as many as keys', async () => {
    const { cache, reads } = slowCache({ capacity: 2 })
    // Two are known at a time, and their reads do not end.
    for (let round = 0; round < 13; round++) {
      const known = names(2, `round-${round}`)
      const under = reads.splice(0)
      await introduce(cache, reads, known)
      reads.unshift(...under)
      void ask(cache, known)
    }
    expect(reads).toHaveLength(24)
    const under = reads.splice(0)
    await introduce(cache, reads, [['one more', 'a']])
    expect(await outcome(cache.find('one more', 'a'))).toMatchObject(overflow)
    for (const read of under.slice(0, 2)) await answer(read)
    expect(reads.map(({ projectId }) => projectId)).toEqual(['round-12-0', 'round-12-1'])
  })
})

describe('the deadline of a call', () => {
  it('counts from the call, the wait for its turn included', async () => {
    const { cache, reads } = busyCache()
    await seconds(0.5)
    const [asked] = ask(cache, [['shop', 'a']])
    await seconds(1.4)
    await answer(reads[0])
    expect(reads).toHaveLength(25)
    await seconds(0.59)
    let ended = false
    void asked?.then(() => (ended = true))
    await seconds(0)
    expect(ended).toBe(false)
    await seconds(0.01)
    expect(await asked).toMatchObject(timedOut)

    // The read is within its own limit, so that what it says is kept for the next call.
    await answer(reads[24])
    expect(cache.find('shop', 'a')).toMatchObject({ kid: 'a' })
  })

  it('is that of the call alone: who asked later for the same name waits on', async () => {
    const { cache, reads } = busyCache()
    await seconds(1)
    const [first] = ask(cache, [['shop', 'a']])
    await seconds(0.9)
    const [second] = ask(cache, [['shop', 'a']])
    await seconds(1.1)
    expect(await first).toMatchObject(timedOut)
    await answer(reads[0])
    await answer(reads[24])
    expect(await second).toMatchObject({ kid: 'a' })
    expect(reads.filter(({ projectId }) => projectId === 'shop')).toHaveLength(1)
  })

  it('leaves time for a new read when one that was overtaken by an invalidation does not end', async () => {
    const { cache, reads } = slowCache()
    const [before] = ask(cache, [['shop', 'a']])
    await seconds(0.5)
    cache.invalidate()
    const [after] = ask(cache, [['shop', 'a']])
    await seconds(1.5)
    expect(await before).toMatchObject(timedOut)
    expect(reads).toHaveLength(2)
    await answer(reads[1])
    expect(await after).toMatchObject({ kid: 'a' })

    // The first read has lost its say.
    reads[0]?.answer(keyOf('shop', 'revoked'))
    await seconds(0)
    expect(cache.find('shop', 'a')).toMatchObject({ kid: 'a' })
  })

  it('ends the reading again when an invalidation comes and nobody waits any longer', async () => {
    const { cache, reads } = busyCache()
    const [asked] = ask(cache, [['shop', 'a']])
    await seconds(1)
    await answer(reads[0])
    await seconds(1)
    expect(await asked).toMatchObject(timedOut)
    cache.invalidate()
    await answer(reads[24])
    expect(reads).toHaveLength(25)
    expect(waitingNames(cache).size).toBe(0)
    void ask(cache, [['shop', 'a']])
    expect(reads).toHaveLength(26)
  })
})
