import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { RedisReplayStore } from '../../lib/replay/redis/index.js'
import { besideRedis } from '../helpers/beside-redis.js'
import { mint } from '../helpers/mint.js'
import '../helpers/longer-time-limit.js'
import { verifierOf } from '../helpers/platform.js'
import { ioredisOf, type OpenClient } from '../helpers/redis-clients.js'
import { RedisServer } from '../helpers/redis-server.js'
import { expectRefusal } from '../helpers/refusals.js'

let redis: RedisServer
let opened: OpenClient<Awaited<ReturnType<typeof ioredisOf>>['client']>

beforeAll(async () => {
  redis = await RedisServer.start()
  opened = await ioredisOf(redis.port)
})
afterAll(async () => {
  opened.close()
  await redis.remove()
})

/** Room for about a thousand ids more than are there. */
async function limit(policy: string): Promise<void> {
  await redis.command('FLUSHALL')
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', policy)
  const used = Number(await redis.info('used_memory'))
  await redis.command('CONFIG', 'SET', 'maxmemory', used + 200_000)
}

/** Uses a token up, and then many others, until there is no room. */
async function useMany(): Promise<{ token: string; outcomes: Map<unknown, number> }> {
  const verifier = verifierOf({
    replayStore: besideRedis(new RedisReplayStore({ client: opened.client, timeoutMs: 10_000 })),
  })
  const token = mint({ claims: { jti: randomUUID() } })
  await verifier.verify(token)
  const store = new RedisReplayStore({ client: opened.client, timeoutMs: 10_000 })
  const outcomes = new Map<unknown, number>()
  for (let round = 0; round < 8; round++) {
    await Promise.all(
      Array.from({ length: 500 }, async () => {
        const use = {
          projectId: 'rival',
          jti: randomUUID(),
          expiresAt: Date.now() / 1000 + 60,
          acceptableFrom: 0,
          now: Date.now() / 1000,
        }
        const outcome = await store.consume(use).catch((error: unknown) => (error as { code: string }).code)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }),
    )
  }
  return { token, outcomes }
}

it.each(['allkeys-lru', 'volatile-ttl', 'volatile-lru', 'allkeys-random'])(
  'finds Redis with %s unfit at start-up and in the readiness probe, for it would forget used tokens',
  async (policy) => {
    await limit(policy)
    const store = new RedisReplayStore({ client: opened.client, timeoutMs: 10_000 })
    await expect(store.ready()).rejects.toThrow(`maxmemory-policy is ${policy}`)
    expect((await store.health()).healthy).toBe(false)
    // What it is all about: nobody was told that an id has gone.
    const { outcomes } = await useMany()
    expect(outcomes).toEqual(new Map([[true, 4000]]))
    expect(Number(await redis.info('evicted_keys'))).toBeGreaterThan(1000)
  },
)

it('never forgets a used token with noeviction: once there is no room, new ones are answered 503', async () => {
  await limit('noeviction')
  const store = new RedisReplayStore({ client: opened.client, timeoutMs: 10_000 })
  expect((await new RedisReplayStore({ client: opened.client, timeoutMs: 10_000 }).ready()).healthy).toBe(
    true,
  )
  const evicted = await redis.info('evicted_keys')
  const { token, outcomes } = await useMany()
  expect(Array.from(outcomes.keys()).sort()).toEqual(['replay_store_full', true])
  expect(await redis.info('evicted_keys')).toBe(evicted)

  // A full Redis says so before it looks; with room it still knows the token.
  const verifier = verifierOf({ replayStore: besideRedis(store) })
  const outcome = await verifier.verify(token).catch((error: unknown) => error)
  expect(['replay_store_full', 'token_replayed']).toContain((outcome as { code: unknown }).code)
  await redis.command('CONFIG', 'SET', 'maxmemory', 0)
  await expectRefusal(verifier.verify(token), 'token_replayed')
  await expect(verifier.verify(mint({ claims: { jti: randomUUID() } }))).resolves.toMatchObject({
    project: { id: 'shop' },
  })
})
