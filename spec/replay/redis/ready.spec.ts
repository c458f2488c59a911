import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import '../../helpers/longer-time-limit.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { startCluster, type RedisCluster } from '../../helpers/redis-topologies.js'

let redis: RedisServer
let cluster: RedisCluster
beforeAll(async () => {
  redis = await RedisServer.start({ appendonly: 'yes' })
  cluster = await startCluster({ appendonly: 'yes' })
})
afterAll(async () => {
  await Promise.all([redis.remove(), cluster.remove()])
})

const closings: (() => void)[] = []
afterEach(() => {
  for (const close of closings.splice(0)) close()
})

/** Clients that refuse each command until they are connected. */
const connecting: readonly [name: string, make: () => RedisClient][] = [
  [
    'ioredis',
    () => {
      const client = new Redis(redis.port, '127.0.0.1', {
        enableOfflineQueue: false,
        retryStrategy: () => 20,
      })
      client.on('error', () => undefined)
      closings.push(() => {
        client.disconnect()
      })
      return client
    },
  ],
  [
    'an ioredis Cluster',
    () => {
      const nodes = cluster.masters.map(({ host, port }) => ({ host, port }))
      const client = new Cluster(nodes, { enableOfflineQueue: false })
      client.on('error', () => undefined)
      closings.push(() => {
        client.disconnect()
      })
      return client
    },
  ],
  [
    'node-redis',
    () => {
      const client = createClient({ url: redis.url, disableOfflineQueue: true })
      client.on('error', () => undefined)
      client.connect().catch(() => undefined)
      closings.push(() => {
        client.destroy()
      })
      return client
    },
  ],
]

describe.each(connecting)('with %s that is connecting and queues nothing', (_, make) => {
  it.each(['accept', 'refuse'] as const)(
    'ready waits for the connection, told to %s',
    async (afterDataLoss) => {
      const store = new RedisReplayStore({ client: make(), afterDataLoss, timeoutMs: 10_000 })
      expect((await store.ready()).healthy).toBe(true)
    },
  )

  it('ready throws at once when it is not to wait', async () => {
    const store = new RedisReplayStore({ client: make(), timeoutMs: 10_000 })
    await expect(store.ready({ waitMs: 0 })).rejects.toThrow(
      /^RedisReplayStore is not ready: Redis cannot be asked/,
    )
  })
})

describe('ready', () => {
  beforeEach(() => redis.restart())

  const ioredis = () => connecting[0]?.[1]() as RedisClient

  it('waits for a Redis that starts later', async () => {
    await redis.kill()
    const ready = new RedisReplayStore({ client: ioredis() }).ready({ waitMs: 50_000 })
    await redis.restart()
    expect((await ready).healthy).toBe(true)
  })

  it('waits no longer than it is told', async () => {
    await redis.kill()
    const begun = performance.now()
    await expect(new RedisReplayStore({ client: ioredis() }).ready({ waitMs: 200 })).rejects.toThrow(
      'Redis cannot be asked',
    )
    expect(performance.now() - begun).toBeGreaterThanOrEqual(200)
  })

  it('does not wait for what time does not heal', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await redis.command('CONFIG', 'SET', 'maxmemory', '100mb')
    const client = ioredis()
    await new RedisReplayStore({ client }).ready().catch(() => undefined)
    const begun = performance.now()
    await expect(new RedisReplayStore({ client }).ready({ waitMs: 600_000 })).rejects.toThrow('allkeys-lru')
    expect(performance.now() - begun).toBeLessThan(50_000)
  })

  it.each([-1, 600_001, NaN, Infinity, '5000', null])('refuses to wait for %p ms', async (waitMs) => {
    const options = { waitMs } as { waitMs: number }
    await expect(new RedisReplayStore({ client: ioredis() }).ready(options)).rejects.toThrow(
      /^RedisReplayStore.ready: waitMs must be/,
    )
  })

  it('refuses an option that it does not know', async () => {
    const options = { waitms: 5 } as object
    await expect(new RedisReplayStore({ client: ioredis() }).ready(options)).rejects.toThrow(
      'RedisReplayStore.ready: unknown option "waitms". Did you mean "waitMs"?',
    )
  })
})
