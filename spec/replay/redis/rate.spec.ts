import { expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import { clocked, type UntimedUse } from '../../helpers/clocked-store.js'
import { Acceptances } from '../../helpers/redis-uses.js'

/** A Redis in this process that answers when it is told to. */
function memory() {
  const kept = new Map<string, string>()
  const redis = { kept, delayMs: 0 }
  const client: RedisClient = {
    async evalsha(_sha: string, _keys: number, ...[key = '', , attempt = '']: string[]) {
      const before = kept.get(key)
      if (before === undefined) kept.set(key, attempt)
      if (redis.delayMs > 0) await delay(redis.delayMs)
      return before === undefined ? 'first' : 'replayed'
    },
    eval: () => Promise.reject(new Error('not in this test')),
  }
  return Object.assign(redis, { client })
}

const clock = { now: 6000 }
let made = 0
function use(projectId = 'shop'): UntimedUse {
  return { projectId, jti: `use-${(made += 1)}`, expiresAt: clock.now + 185, acceptableFrom: clock.now - 5 }
}
const full = { code: 'replay_store_full', cause: expect.stringContaining('raise projectRate') }

function storeWith(client: RedisClient, timeoutMs = 10_000) {
  return clocked(() => clock.now, new RedisReplayStore({ client, timeoutMs, projectRate: 10 }))
}

it('lets in so many tokens of a project within a minute, and of each other one', async () => {
  const store = storeWith(memory().client)
  for (const minute of [6000, 6060, 6120.5]) {
    for (const projectId of ['shop', 'rival']) {
      clock.now = minute
      for (let at = 0; at < 10; at++) expect(await store.consume(use(projectId))).toBe(true)
      clock.now = Math.floor(minute) + 59
      await expect(store.consume(use(projectId))).rejects.toMatchObject(full)
    }
  }
  // A clock that steps back begins a minute, too, and no token of it is let in twice.
  clock.now = 6000
  const again = use()
  expect(await store.consume(again)).toBe(true)
  expect(await store.consume(again)).toBe(false)
})

it('counts no replay, however many there are', async () => {
  const store = storeWith(memory().client)
  const used = use()
  expect(await store.consume(used)).toBe(true)
  for (let at = 0; at < 50; at++) expect(await store.consume(used)).toBe(false)
  for (let at = 1; at < 10; at++) expect(await store.consume(use())).toBe(true)
})

it('counts what Redis kept although its answer was too late', async () => {
  const redis = memory()
  const store = storeWith(redis.client, 20)
  redis.delayMs = 60
  const acceptances = new Acceptances()
  await Promise.all(
    Array.from({ length: 10 }, () => acceptances.present(store, { ...use(), now: clock.now })),
  )
  expect(acceptances).toMatchObject({ undecided: 10 })
  expect(redis.kept.size).toBe(10)
  await delay(200)
  redis.delayMs = 0
  await expect(store.consume(use())).rejects.toMatchObject(full)
  expect(redis.kept.size).toBe(10)
})
