import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import '../../helpers/longer-time-limit.js'
import {
  ioredisClusterOf,
  ioredisOf,
  nodeRedisClusterOf,
  nodeRedisOf,
  type OpenClient,
} from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { startCluster, type RedisCluster } from '../../helpers/redis-topologies.js'
import { liveUse } from '../../helpers/redis-uses.js'
import { until } from '../../helpers/until.js'

const late = { code: 'store_unavailable', cause: 'Redis did not answer in time' }

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('with %s, told to refuse after a loss', (_, open) => {
  it('a loss counts that a token met whose caller had given up when Redis came back', async () => {
    const redis = await RedisServer.start()
    const { client, close } = await open(redis.port)
    try {
      await new RedisReplayStore({ client, afterDataLoss: 'refuse', timeoutMs: 10_000 }).ready()
      const store = new RedisReplayStore({ client, afterDataLoss: 'refuse', timeoutMs: 50 })
      await redis.kill()
      await expect(store.consume(liveUse('a'))).rejects.toMatchObject(late)
      expect(store.counts).toMatchObject({ losses: 0, unavailable: 1 })
      await redis.restart()
      await until('the answer has come', () => store.counts.losses === 1)
      // The token itself was not decided.
      expect(store.counts).toMatchObject({ first: 0, refusedAfterLoss: 0, unavailable: 1 })
    } finally {
      close()
      await redis.remove()
    }
  })
})

describe('in a Cluster, told to refuse after a loss', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster.remove())

  it.each([
    ['ioredis', ioredisClusterOf],
    ['node-redis', nodeRedisClusterOf],
  ] as const)('such an answer begins the epochs of all groups, with %s', async (_, open) => {
    const { client, close }: OpenClient<RedisClient> = await open(cluster)
    try {
      await new RedisReplayStore({ client, afterDataLoss: 'refuse', timeoutMs: 10_000 }).ready()
      const store = new RedisReplayStore({ client, afterDataLoss: 'refuse', timeoutMs: 1000 })
      for (const master of cluster.masters) await master.command('FLUSHALL')
      for (const master of cluster.masters) master.pause()
      await expect(store.consume(liveUse('a'))).rejects.toMatchObject(late)
      for (const master of cluster.masters) master.resume()
      await until('the answer has come', () => store.counts.losses === 1)
      await until('all epochs have begun', async () => {
        const epochs = await Promise.all(cluster.masters.map((master) => master.command('DBSIZE')))
        return epochs.reduce((sum: number, count) => sum + Number(count), 0) === 4096
      })
      expect(store.counts).toMatchObject({ first: 0, refusedAfterLoss: 0, losses: 1, unavailable: 1 })
    } finally {
      close()
    }
  })
})
