import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import request from 'supertest'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import { besideRedis } from '../../helpers/beside-redis.js'
import { clocked } from '../../helpers/clocked-store.js'
import { mint } from '../../helpers/mint.js'
import '../../helpers/longer-time-limit.js'
import { appOf, platform } from '../../helpers/platform.js'
import { ioredisOf, nodeRedisOf, type OpenClient } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { Acceptances, liveUse, liveUses } from '../../helpers/redis-uses.js'
import { expectAnswer } from '../../helpers/refusals.js'
import { openServer } from '../../helpers/server.js'
import { TcpProxy } from '../../helpers/tcp-proxy.js'
import { until } from '../../helpers/until.js'

const serve = openServer()
let redis: RedisServer
let proxy: TcpProxy

beforeAll(async () => {
  redis = await RedisServer.start()
  proxy = await TcpProxy.start(redis.port)
})

afterAll(async () => {
  await proxy.close()
  await redis.remove()
})

const late = { code: 'store_unavailable', status: 503, cause: 'Redis did not answer in time' }

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('RedisReplayStore with %s', (_, openClient) => {
  let opened: OpenClient<RedisClient>

  beforeAll(async () => {
    opened = await openClient(proxy.port)
  })

  afterEach(async () => {
    proxy.delayMs = 0
    proxy.heal()
    proxy.cut()
    await until('the client is connected', async () => {
      await new Acceptances().present(storeOf(), liveUse(randomUUID()))
      return (await storeOf().health()).findings.every(({ about }) => about !== 'connection')
    })
  })

  afterAll(() => {
    opened.close()
  })

  const storeOf = (timeoutMs = 50, clock = () => Date.now() / 1000) =>
    clocked(clock, new RedisReplayStore({ client: opened.client, timeoutMs }))

  it.each(['accept', 'refuse'] as const)(
    'told to %s after a loss says that it cannot tell when Redis is cut off',
    async (afterDataLoss) => {
      proxy.hold()
      const store = new RedisReplayStore({ client: opened.client, timeoutMs: 50, afterDataLoss })
      await expect(store.consume(liveUse('a'))).rejects.toMatchObject(late)
      expect(store.counts).toMatchObject({ first: 0, replayed: 0, unavailable: 1 })
    },
  )

  it('answers 503 over HTTP when Redis is cut off, and 200 when it is back', async () => {
    const replayStore = besideRedis(new RedisReplayStore({ client: opened.client, timeoutMs: 1000 }))
    const { options, events } = platform({ replayStore })
    const server = serve(appOf(options))
    const call = (token: string) => request(server).get('/portal').auth(token, { type: 'bearer' })
    expect((await call(mint({ claims: { jti: randomUUID() } }))).status).toBe(200)
    proxy.hold()
    expectAnswer(await call(mint({ claims: { jti: randomUUID() } })), 'store_unavailable')
    expect(events.at(-1)).toMatchObject({ type: 'unavailable', code: 'store_unavailable' })
    proxy.heal()
    await until('it passes again', async () => {
      const { status } = await call(mint({ claims: { jti: randomUUID() } }))
      return status === 200
    })
  })

  it('waits for a slow Redis as long as it may, and no longer', async () => {
    proxy.delayMs = 100
    expect(await storeOf(10_000).consume(liveUse(randomUUID()))).toBe(true)
    await expect(storeOf(50).consume(liveUse(randomUUID()))).rejects.toMatchObject(late)
  })

  it.each(['accept', 'refuse'] as const)(
    'counts the time from the moment it looked at the clock, so that no stale moment decides: %s mode',
    async (afterDataLoss) => {
      const standsStill = () => {
        const moment = Date.now() / 1000
        const end = performance.now() + 150
        while (performance.now() < end);
        return moment
      }
      const store = new RedisReplayStore({ client: opened.client, afterDataLoss, timeoutMs: 100 })
      store.bind({ clock: standsStill, maxLifetime: 300, clockTolerance: 5 })
      await expect(store.consume(liveUse(randomUUID()))).rejects.toMatchObject(late)
    },
  )

  it('lets nothing in twice of what came while Redis was cut off', async () => {
    const uses = liveUses(200, randomUUID())
    const acceptances = new Acceptances()
    const store = storeOf()
    proxy.hold()
    await Promise.all(uses.map((use) => acceptances.present(store, use)))
    expect(acceptances).toMatchObject({ undecided: 200, refused: 0 })
    proxy.heal()
    const withLongTimeLimit = storeOf(10_000)
    for (let again = 0; again < 3; again++) {
      await Promise.all(uses.map((use) => acceptances.present(withLongTimeLimit, use)))
    }
    expect(acceptances.twice).toBe(0)
    expect(acceptances.undecided).toBe(200)
  })

  it('says within its time that it cannot tell while the client is disconnected', async () => {
    const acceptances = new Acceptances()
    const [use = liveUse('a')] = liveUses(1, randomUUID())
    await redis.kill()
    for (let again = 0; again < 20; again++) await acceptances.present(storeOf(), use)
    expect(acceptances).toMatchObject({ undecided: 20, refused: 0 })
    await redis.restart()
    await until('it is decided', async () => {
      await acceptances.present(storeOf(10_000), use)
      return acceptances.accepted.size + acceptances.refused > 0
    })
    for (let again = 0; again < 20; again++) await acceptances.present(storeOf(10_000), use)
    expect(acceptances.twice).toBe(0)
    expect(acceptances.refused).toBeGreaterThanOrEqual(20)
  })

  it('does not let the client queue without end', async () => {
    proxy.hold()
    const store = storeOf(100)
    const outcomes = liveUses(10_001, randomUUID()).map((use) => store.consume(use))
    await expect(outcomes.at(-1)).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: 'too many commands wait for Redis',
    })
    await expect(outcomes.at(-2)).rejects.toMatchObject(late)
    await Promise.allSettled(outcomes)
    expect(store.counts).toMatchObject({ first: 0, unavailable: 10_001 })
    proxy.heal()
    await until('the queue is empty', async () => {
      const acceptances = new Acceptances()
      await acceptances.present(store, liveUse(randomUUID()))
      return acceptances.accepted.size === 1
    })
  })
})
