import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import request from 'supertest'
import { RedisReplayStore, type RedisClient } from '../../lib/replay/redis/index.js'
import { besideRedis, stepClock } from '../helpers/beside-redis.js'
import { clientDuring } from '../helpers/client-during.js'
import { mint } from '../helpers/mint.js'
import '../helpers/longer-time-limit.js'
import { appOf, platform } from '../helpers/platform.js'
import { ioredisOf, nodeRedisOf } from '../helpers/redis-clients.js'
import { metLongAgo, timePasses } from '../helpers/redis-epochs.js'
import { RedisServer } from '../helpers/redis-server.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
let redis: RedisServer
beforeAll(async () => {
  redis = await RedisServer.start()
})
afterAll(() => redis.remove())
beforeEach(() => redis.command('FLUSHALL'))

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('with %s', (_, open) => {
  const client = clientDuring<RedisClient>(() => open(redis.port))

  /** A platform whose Redis has a clock that is so many seconds ahead, and that it has known for long. */
  async function platformWith(afterDataLoss: 'accept' | 'refuse', aheadBy: number) {
    const redisClock = { aheadBy }
    const clock = { now: 1_790_000_000 }
    const inRedis = new RedisReplayStore({ client: client(), afterDataLoss, timeoutMs: 10_000 })
    const replayStore = besideRedis(inRedis, redisClock)
    const { options, events } = platform({ replayStore, clock: () => clock.now })
    const app = appOf(options)
    const call = (token: string) => request(serve(app)).get('/portal').auth(token, { type: 'bearer' })
    /** It lives for 12 seconds: its use is remembered for 77. */
    const fresh = () => mint({ claims: { jti: randomUUID(), iat: clock.now - 1, exp: clock.now + 11 } })
    const step = (seconds: number) => stepClock(redis, redisClock, seconds)
    const pass = async (seconds: number) => {
      clock.now += seconds
      await timePasses(redis, seconds)
    }
    /** Redis has been known for so long that a store lets in what it has not seen. */
    const known = async () => {
      await inRedis.ready()
      await metLongAgo(redis)
    }
    await known()
    return { call, fresh, step, pass, known, events }
  }

  describe.each(['accept', 'refuse'] as const)('told to %s after a loss', (afterDataLoss) => {
    it.each([
      [-25, 90],
      [29, 3571],
      [0, 31],
      [0, 1e6],
      [0, -31],
      [0, -1e6],
    ])('lets nothing in while a clock that was %d s ahead has stepped by %d', async (aheadBy, seconds) => {
      const { call, fresh, step, known, events } = await platformWith(afterDataLoss, aheadBy)
      const used = fresh()
      expect((await call(used)).status).toBe(200)
      expectAnswer(await call(used), 'token_replayed')
      await step(seconds)
      for (let again = 0; again < 3; again++) expectAnswer(await call(used), 'store_unavailable')
      const far = Math.abs(aheadBy + seconds)
      const direction = seconds > 0 ? 'ahead of' : 'behind'
      expect(events.at(-1)).toMatchObject({
        cause: `The clock of Redis is ${far} s ${direction} the verifier's; they must be less than 30 s apart. Let NTP set both.`,
      })
      // Not used up either: the control.
      expectAnswer(await call(fresh()), 'store_unavailable')
      await step(-seconds)
      await known()
      expect((await call(fresh())).status).toBe(200)
    })

    it.each([
      [-29.5, 59],
      [29.5, -59],
      [0, 29],
    ])('remembers what was used when a clock that was %d s ahead steps by %d', async (aheadBy, seconds) => {
      const { call, fresh, step, pass, known } = await platformWith(afterDataLoss, aheadBy)
      const used = fresh()
      expect((await call(used)).status).toBe(200)
      await step(seconds)
      expectAnswer(await call(used), 'token_replayed')
      // The last moment at which it would be let in: exp and the tolerance.
      await pass(15.9)
      expectAnswer(await call(used), 'token_replayed')
      await known()
      expect((await call(fresh())).status).toBe(200)
    })
  })

  it('refuses, told to refuse after a loss, what expired while the clock was ahead, once it is back', async () => {
    const { call, fresh, step } = await platformWith('refuse', 0)
    const used = fresh()
    expect((await call(used)).status).toBe(200)
    await step(90)
    expectAnswer(await call(fresh()), 'store_unavailable')
    await step(-90)
    for (let again = 0; again < 3; again++) expectAnswer(await call(used), 'token_replayed')
  })

  it('lets it in once more, told to accept after a loss, and then no more: so it is documented', async () => {
    const { call, fresh, step } = await platformWith('accept', 0)
    const used = fresh()
    expect((await call(used)).status).toBe(200)
    await step(90)
    expectAnswer(await call(used), 'store_unavailable')
    await step(-90)
    expect((await call(used)).status).toBe(200)
    expectAnswer(await call(used), 'token_replayed')
  })
})
