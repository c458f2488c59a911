import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import { stepClock, besideRedis } from '../../helpers/beside-redis.js'
import { clientDuring } from '../../helpers/client-during.js'
import { clocked } from '../../helpers/clocked-store.js'
import '../../helpers/longer-time-limit.js'
import {
  ioredisClusterOf,
  ioredisOf,
  nodeRedisClusterOf,
  nodeRedisOf,
  type OpenClient,
} from '../../helpers/redis-clients.js'
import { metLongAgo } from '../../helpers/redis-epochs.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { startCluster, type RedisCluster } from '../../helpers/redis-topologies.js'
import { liveUse } from '../../helpers/redis-uses.js'
import { until } from '../../helpers/until.js'

const hour = 3600
const epoch = 'rjwt:epoch'

let redis: RedisServer
beforeAll(async () => {
  redis = await RedisServer.start()
})
afterAll(() => redis.remove())
beforeEach(() => redis.command('FLUSHALL'))

/** So long after now that a store lets it in, by any slack. */
const laterUse = (jti: string) => liveUse(jti, Date.now() / 1000 + 40)

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('with %s, told to refuse after a loss', (_, open) => {
  const client = clientDuring<RedisClient>(() => open(redis.port))
  const storeOf = () => new RedisReplayStore({ client: client(), afterDataLoss: 'refuse', timeoutMs: 1000 })

  it.each([
    ['an hour ahead', hour],
    ['a second ahead', 1],
  ])('an epoch that begins %s of now begins anew, at the cost of one token', async (_, ahead) => {
    await storeOf().ready()
    const [memory = '', ...moments] = ((await redis.command('GET', epoch)) as string).split(' ')
    const [since = 0, latest = 0] = moments.map(Number)
    await redis.command('SET', epoch, `${memory} ${since + ahead + 1} ${latest + ahead + 1}`)
    const store = storeOf()
    expect(await store.consume(laterUse('a'))).toBe(false)
    expect(store.counts).toMatchObject({ refusedAfterLoss: 1, losses: 1 })
    expect(await store.consume(laterUse('b'))).toBe(true)
    expect(await store.consume(laterUse('b'))).toBe(false)
    expect(store.counts).toMatchObject({ first: 1, losses: 1 })
  })

  it('ready begins it anew, too', async () => {
    await storeOf().ready()
    const [memory = ''] = ((await redis.command('GET', epoch)) as string).split(' ')
    const future = Date.now() / 1000 + hour
    await redis.command('SET', epoch, `${memory} ${future} ${future}`)
    await storeOf().ready()
    expect(await storeOf().consume(laterUse('a'))).toBe(true)
  })

  it.each(['', 'x', ' ', '1', '1 2 3', 'nan nan', 'nan 0', '0 nan', '0', ' 0 0', '0 0 '])(
    'an epoch whose moments are %j is none',
    async (moments) => {
      await storeOf().ready()
      const [memory = ''] = ((await redis.command('GET', epoch)) as string).split(' ')
      await redis.command('SET', epoch, `${memory} ${moments}`)
      const store = storeOf()
      expect(await store.consume(laterUse('a'))).toBe(false)
      expect(store.counts).toMatchObject({ refusedAfterLoss: 1, losses: 1 })
      expect(await store.consume(laterUse('b'))).toBe(true)
    },
  )

  it.each([
    ['bound to its verifier', true],
    ['that a wrapper has not bound', false],
  ])(
    'a store %s refuses what may have been used before a loss also when the clock steps after it',
    async (_, bound) => {
      const redisClock = { aheadBy: -29 }
      const store = besideRedis(storeOf(), redisClock)
      if (bound) store.bind({ clock: () => Date.now() / 1000, maxLifetime: 1, clockTolerance: 0 })
      const aTokenAgo = liveUse('a', Date.now() / 1000 - 5)
      await store.consume(aTokenAgo)
      // It may have been used before this.
      await redis.command('FLUSHALL')
      expect(await store.consume(liveUse('b'))).toBe(false)
      await stepClock(redis, redisClock, 58)
      expect(await store.consume({ ...aTokenAgo, now: Date.now() / 1000 })).toBe(false)
      // The control: the clock alone makes nobody wait longer.
      expect(await store.consume(laterUse('c'))).toBe(true)
    },
  )

  it.each([
    ['', '+del', 0],
    [', also where the user may not delete', '-del', 1],
  ])('ends its epoch while the clocks are apart, once%s', async (_, right, left) => {
    await redis.command('ACL', 'SETUSER', 'default', right)
    await storeOf().ready()
    await metLongAgo(redis)
    expect(await storeOf().consume(liveUse('a'))).toBe(true)
    const behind = clocked(() => Date.now() / 1000 - 31, storeOf())
    await expect(behind.consume(liveUse('b'))).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await redis.command('EXISTS', epoch)).toBe(left)
    await expect(behind.consume(liveUse('b'))).rejects.toMatchObject({ code: 'store_unavailable' })
    const store = storeOf()
    expect(await store.consume(liveUse('c'))).toBe(false)
    expect(store.counts).toMatchObject({ losses: 1, refusedAfterLoss: 1 })
    expect(await store.consume(laterUse('d'))).toBe(true)
    await redis.command('ACL', 'SETUSER', 'default', '+del')
  })

  it('is not ready while the clocks are apart, and says which is how far off', async () => {
    const behind = clocked(() => Date.now() / 1000 - 45, storeOf())
    await expect(behind.ready()).rejects.toThrow(
      "RedisReplayStore is not ready: The clock of Redis is 45 s ahead of the verifier's; they must be less than 30 s apart. Let NTP set both.",
    )
    expect(await redis.command('EXISTS', epoch)).toBe(0)
  })
})

describe('a Cluster, told to refuse after a loss', () => {
  let cluster: RedisCluster
  const opened: OpenClient<RedisClient>[] = []
  beforeAll(async () => {
    cluster = await startCluster()
    opened.push(await ioredisClusterOf(cluster), await nodeRedisClusterOf(cluster))
  })
  afterAll(async () => {
    for (const { close } of opened) close()
    await cluster.remove()
  })

  const epochs = async () => {
    const counts = cluster.masters.map(
      async (master) => ((await master.command('KEYS', '*epoch')) as string[]).length,
    )
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  it.each([
    ['ioredis', 0],
    ['node-redis', 1],
  ])('ends the epochs of all groups when one finds the clocks apart, with %s', async (_, at) => {
    const client = opened[at]?.client as RedisClient
    const storeOf = () => new RedisReplayStore({ client, afterDataLoss: 'refuse', timeoutMs: 10_000 })
    await storeOf().ready()
    expect(await epochs()).toBe(4096)
    const behind = clocked(() => Date.now() / 1000 - 40, storeOf())
    await expect(behind.consume(liveUse('a'))).rejects.toMatchObject({ code: 'store_unavailable' })
    await until('all have ended', async () => (await epochs()) === 0)
    // And begins all when one has begun.
    expect(await storeOf().consume(liveUse('a'))).toBe(false)
    await until('all have begun', async () => (await epochs()) === 4096)
  })
})
