import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { isAdmitted } from '../../lib/keys/public-key.js'
import { answerAll, ask, letTimeGo, names, slowCache, stopTime, type Name } from './caches.js'

beforeEach(stopTime)
afterEach(letTimeGo)

/** The projects of the keys that the calls found, and what went wrong with those that found none. */
const found = async (calls: Promise<unknown>[]) =>
  (await Promise.all(calls)).map((key) => (isAdmitted(key) ? key.project.id : key))
const projectsOf = (asked: readonly Name[]) => asked.map(([id]) => id)

describe('when a process has just started', () => {
  it.each([200, 1000])('%d projects that call at once all pass', async (count) => {
    const { cache, reads } = slowCache()
    const begun = Date.now()
    const calls = ask(cache, names(count))
    expect(await answerAll(reads, 5)).toBeLessThanOrEqual(32)
    expect(await found(calls)).toEqual(projectsOf(names(count)))
    expect(reads).toHaveLength(count)
    expect(Date.now() - begun).toBeLessThan(250)
  })

  it('50 calls of each of 20 projects share their reads', async () => {
    const { cache, reads } = slowCache()
    const asked = Array.from({ length: 50 }, () => names(20)).flat()
    const calls = ask(cache, asked)
    await answerAll(reads, 5)
    expect(await found(calls)).toEqual(projectsOf(asked))
    expect(reads).toHaveLength(20)
  })
})

describe('after everything was invalidated', () => {
  it.each([200, 1100])('%d projects that were known all pass, and are read as they call', async (count) => {
    const { cache, reads } = slowCache()
    for (const known of [names(count).slice(0, 1000), names(count).slice(1000)]) {
      const calls = ask(cache, known)
      await answerAll(reads)
      await Promise.all(calls)
      reads.length = 0
    }
    for (let message = 0; message < 1000; message++) cache.invalidate()
    expect(reads).toHaveLength(0)

    const calls = ask(cache, names(count))
    expect(await answerAll(reads, 5)).toBeLessThanOrEqual(32)
    expect(await found(calls)).toEqual(projectsOf(names(count)))
    expect(reads).toHaveLength(count)
  })

  it('while 200 projects call, all pass, and only what was being read is read twice', async () => {
    const { cache, reads } = slowCache()
    const calls = ask(cache, names(200))
    const underWay = reads.length
    for (let message = 0; message < 1000; message++) cache.invalidate()
    await answerAll(reads, 5)
    expect(await found(calls)).toEqual(projectsOf(names(200)))
    expect(reads).toHaveLength(200 + underWay)
    expect(jest.getTimerCount()).toBe(0)
  })
})
