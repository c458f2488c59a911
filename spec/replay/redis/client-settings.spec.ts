import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { createClient, createClientPool, RESP_TYPES } from 'redis'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import '../../helpers/longer-time-limit.js'
import { ioredisOf, nodeRedisOf } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { liveUse } from '../../helpers/redis-uses.js'

let redis: RedisServer
beforeAll(async () => {
  redis = await RedisServer.start()
})
afterAll(() => redis.remove())

interface Made {
  readonly client: RedisClient
  readonly close: () => void
}

function ioredisWith(options: object): () => Promise<Made> {
  return () => {
    const client = new Redis(redis.port, '127.0.0.1', options)
    return Promise.resolve({
      client,
      close: () => {
        client.disconnect()
      },
    })
  }
}

function nodeRedisWith(options: object): () => Promise<Made> {
  return async () => {
    const client = createClient({ url: redis.url, ...options })
    await client.connect()
    return {
      client,
      close: () => {
        client.destroy()
      },
    }
  }
}

const settings: readonly [name: string, make: () => Promise<Made>][] = [
  ['ioredis that connects when it is first used', ioredisWith({ lazyConnect: true })],
  ['ioredis with a key prefix', ioredisWith({ keyPrefix: 'mine:' })],
  ['ioredis with auto-pipelining', ioredisWith({ enableAutoPipelining: true })],
  ['ioredis that gives numbers as text', ioredisWith({ stringNumbers: true })],
  ['ioredis that speaks RESP2', ioredisWith({ protocol: 2 })],
  ['ioredis that speaks RESP3', ioredisWith({ protocol: 3, replyMapping: 'resp3' })],
  ['ioredis in another database', ioredisWith({ db: 3 })],
  ['node-redis that speaks RESP2', nodeRedisWith({ RESP: 2 })],
  ['node-redis that speaks RESP3', nodeRedisWith({ RESP: 3 })],
  ['node-redis without a queue', nodeRedisWith({ disableOfflineQueue: true })],
  [
    'node-redis that gives Buffers',
    nodeRedisWith({ commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } }),
  ],
  [
    'node-redis that gives Maps and numbers as text',
    nodeRedisWith({
      RESP: 3,
      commandOptions: { typeMapping: { [RESP_TYPES.MAP]: Map, [RESP_TYPES.NUMBER]: String } },
    }),
  ],
  [
    'a pool of node-redis clients',
    async () => {
      const client = createClientPool({ url: redis.url }, { cleanupDelay: 10 })
      await client.connect()
      return {
        client,
        close: () => {
          client.destroy()
        },
      }
    },
  ],
]

describe.each(settings)('RedisReplayStore with %s', (name, make) => {
  it.each(['accept', 'refuse'] as const)(
    'is ready and lets a token in once, told to %s after a loss',
    async (afterDataLoss) => {
      const { client, close } = await make()
      try {
        const store = new RedisReplayStore({
          client,
          afterDataLoss,
          timeoutMs: 10_000,
          prefix: `${name.replaceAll(' ', '-')}:`,
        })
        const health = await store.ready()
        expect(health.findings).toMatchObject([{ level: 'warning', about: 'persistence' }])
        const use = liveUse(`${name} ${afterDataLoss}`, Date.now() / 1000 + 60)
        const answers = await Promise.all(Array.from({ length: 20 }, () => store.consume(use)))
        expect(answers.filter(Boolean)).toHaveLength(1)
        expect(await store.consume(use)).toBe(false)
        expect(store.counts).toEqual({
          first: 1,
          resent: 0,
          replayed: 20,
          refusedAfterLoss: 0,
          losses: 0,
          unavailable: 0,
        })
      } finally {
        close()
      }
    },
  )
})

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('RedisReplayStore with %s that the platform has closed', (_, open) => {
  it.each(['accept', 'refuse'] as const)('cannot tell, told to %s after a loss', async (afterDataLoss) => {
    const { client, close } = await open(redis.port)
    const store = new RedisReplayStore({ client, afterDataLoss })
    close()
    await expect(store.consume(liveUse('a'))).rejects.toMatchObject({
      code: 'store_unavailable',
      status: 503,
    })
    expect(await store.health()).toMatchObject({ healthy: false, findings: [{ about: 'connection' }] })
    expect(store.counts).toMatchObject({ first: 0, replayed: 0, unavailable: 1 })
  })
})
