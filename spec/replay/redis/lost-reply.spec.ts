import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { RedisClient, RedisReplayStore } from '../../../lib/replay/redis/index.js'
import '../../helpers/longer-time-limit.js'
import {
  ioredisOf,
  ioredisSentinelOf,
  nodeRedisOf,
  nodeRedisSentinelOf,
  type OpenClient,
} from '../../helpers/redis-clients.js'
import { startSentinels, type RedisWithSentinels } from '../../helpers/redis-topologies.js'
import { untilNewTokensPass, liveUse, storeWithLongTimeLimit } from '../../helpers/redis-uses.js'
import { TcpProxy } from '../../helpers/tcp-proxy.js'

/** A token on its way into Redis. */
const consumption = (request: Buffer) => /\r\nevalsha\r\n/i.test(request.toString('latin1'))

let servers: RedisWithSentinels
let proxy: TcpProxy
/** Another instance of the platform, whose network is well. */
let elsewhere: OpenClient<RedisClient>

beforeAll(async () => {
  servers = await startSentinels()
  proxy = await TcpProxy.start(servers.master.port)
  elsewhere = await ioredisOf(servers.master.port)
})

afterAll(async () => {
  elsewhere.close()
  await proxy.close()
  await servers.remove()
})

/** As measured: these send a command again that got no reply, and those give up. */
const clients: readonly [name: string, sendsAgain: boolean, open: () => Promise<OpenClient<RedisClient>>][] =
  [
    ['ioredis', true, () => ioredisOf(proxy.port)],
    ['ioredis through Sentinel', true, () => ioredisSentinelOf(servers, proxy.port)],
    ['a node-redis sentinel', true, () => nodeRedisSentinelOf(servers, proxy.port)],
    ['node-redis', false, () => nodeRedisOf(proxy.port)],
  ]

describe.each(clients)('with %s, whose reply is lost after the write,', (_, sendsAgain, open) => {
  describe.each(['accept', 'refuse'] as const)('told to %s after a loss', (afterDataLoss) => {
    let near: OpenClient<RedisClient>
    let store: RedisReplayStore
    let other: RedisReplayStore

    beforeAll(async () => {
      near = await open()
      store = storeWithLongTimeLimit(near.client, afterDataLoss)
      other = storeWithLongTimeLimit(elsewhere.client, afterDataLoss)
      await untilNewTokensPass(other)
      // So that Redis knows the script.
      await store.consume(liveUse(randomUUID()))
    })

    afterAll(() => {
      near.close()
    })

    it(
      sendsAgain ? 'lets the token in, once' : 'cannot tell, and never lets the token in twice',
      async () => {
        const use = liveUse(randomUUID())
        const lost = proxy.loseReplyTo(consumption)
        const outcome = store.consume(use)
        await lost
        if (sendsAgain) {
          expect(await outcome).toBe(true)
          expect(store.counts).toMatchObject({ resent: 1, replayed: 0, unavailable: 0 })
        } else {
          await expect(outcome).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
          expect(store.counts).toMatchObject({ resent: 0, replayed: 0, unavailable: 1 })
        }
        expect(await other.consume(use)).toBe(false)
        expect(await store.consume(use)).toBe(false)
      },
    )

    it('does not let a token in that was used elsewhere', async () => {
      const use = liveUse(randomUUID())
      expect(await other.consume(use)).toBe(true)
      const lost = proxy.loseReplyTo(consumption)
      const outcome = store.consume(use)
      await lost
      if (sendsAgain) expect(await outcome).toBe(false)
      else await expect(outcome).rejects.toMatchObject({ code: 'store_unavailable' })
    })

    it('does not let a token in that is used elsewhere before it is sent again', async () => {
      const use = liveUse(randomUUID())
      const lost = proxy.loseReplyTo(consumption)
      const outcome = store.consume(use).catch(() => 'undecided')
      await lost
      const answers = [await outcome, await other.consume(use)]
      expect(answers).toEqual([sendsAgain ? true : 'undecided', false])
    })

    it('lets exactly one of many in that come at once', async () => {
      const use = liveUse(randomUUID())
      const lost = proxy.loseReplyTo(consumption)
      const outcomes = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? store : other).consume(use))
      await lost
      const answers = await Promise.allSettled(outcomes)
      const passed = answers.filter((answer) => answer.status === 'fulfilled' && answer.value)
      if (sendsAgain) expect(passed).toHaveLength(1)
      else expect(passed.length).toBeLessThanOrEqual(1)
      expect(await other.consume(use)).toBe(false)
    })
  })
})
