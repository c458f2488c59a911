import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import { besideRedis } from '../../helpers/beside-redis.js'
import { clientDuring } from '../../helpers/client-during.js'
import { mint } from '../../helpers/mint.js'
import '../../helpers/longer-time-limit.js'
import { appOf, platform } from '../../helpers/platform.js'
import { ioredisOf, nodeRedisOf } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { untilNewTokensPass, liveUse, storeWithLongTimeLimit } from '../../helpers/redis-uses.js'
import { expectAnswer } from '../../helpers/refusals.js'
import { openServer } from '../../helpers/server.js'

const serve = openServer()
let redis: RedisServer
beforeAll(async () => {
  redis = await RedisServer.start({ 'maxmemory-policy': 'noeviction' })
})
afterAll(() => redis.remove())

/** No room for one byte more, or room for all. */
const fill = () => redis.command('CONFIG', 'SET', 'maxmemory', 1)
const room = () => redis.command('CONFIG', 'SET', 'maxmemory', 0)
afterEach(room)

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('a Redis that is full, with %s,', (name, openClient) => {
  const client = clientDuring<RedisClient>(() => openClient(redis.port))

  it.each(['accept', 'refuse'] as const)(
    'is answered 503, not let in and not sent away, told to %s after a loss',
    async (afterDataLoss) => {
      const store = storeWithLongTimeLimit(client(), afterDataLoss)
      await untilNewTokensPass(store)
      const used = liveUse(`${name} ${afterDataLoss} used`)
      expect(await store.consume(used)).toBe(true)
      await fill()
      const fresh = liveUse(`${name} ${afterDataLoss} fresh`)
      for (let again = 0; again < 3; again++) {
        await expect(store.consume(fresh)).rejects.toMatchObject({ code: 'replay_store_full', status: 503 })
      }
      const outcome = await store.consume(used).catch((error: unknown) => error)
      expect(outcome).not.toBe(true)

      await room()
      expect(await store.consume(fresh)).toBe(true)
      expect(await store.consume(fresh)).toBe(false)
      expect(await store.consume(used)).toBe(false)
    },
  )

  it('is answered so over HTTP, and a token that found no room passes once there is some', async () => {
    const replayStore = besideRedis(new RedisReplayStore({ client: client(), timeoutMs: 10_000 }))
    const { options, events } = platform({ replayStore })
    const server = serve(appOf(options))
    const call = (token: string) => request(server).get('/portal').auth(token, { type: 'bearer' })
    const token = mint({ claims: { jti: `${name} over HTTP` } })
    await fill()
    const answer = await call(token)
    expectAnswer(answer, 'replay_store_full')
    expect(answer.text).not.toMatch(/OOM|maxmemory/)
    expect(events.at(-1)).toMatchObject({ type: 'unavailable', code: 'replay_store_full' })
    await room()
    expect((await call(token)).status).toBe(200)
    expectAnswer(await call(token), 'token_replayed')
  })
})
