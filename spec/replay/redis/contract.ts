import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import { besideRedis } from '../../helpers/beside-redis.js'
import '../../helpers/longer-time-limit.js'
import type { OpenClient } from '../../helpers/redis-clients.js'
import { metLongAgo } from '../../helpers/redis-epochs.js'
import type { RedisServer } from '../../helpers/redis-server.js'
import { liveUse } from '../../helpers/redis-uses.js'
import { describeReplayStore } from '../replay-store-contract.js'

/** Real servers, of which the masters hold the data, and how a client of one library reaches them. */
export interface RedisUnderContract<Topology> {
  readonly start: () => Promise<Topology & { remove(): Promise<void> }>
  readonly masters: (topology: Topology) => readonly RedisServer[]
  readonly clients: readonly (readonly [
    name: string,
    open: (topology: Topology) => Promise<OpenClient<RedisClient>>,
  ])[]
}

/** The contract of replay stores, for each client library, and for what it does after a loss of data. */
export function describeRedisReplayStores<Topology>({
  start,
  masters,
  clients,
}: RedisUnderContract<Topology>): void {
  let topology: Topology & { remove(): Promise<void> }
  const opened = new Map<string, OpenClient<RedisClient>>()

  beforeAll(async () => {
    topology = await start()
    for (const [name, open] of clients) {
      const one = await open(topology)
      opened.set(name, one)
      await new RedisReplayStore({ client: one.client, afterDataLoss: 'refuse', timeoutMs: 10_000 }).ready()
    }
    await Promise.all(masters(topology).map(metLongAgo))
  })

  afterAll(async () => {
    for (const { close } of opened.values()) close()
    await topology.remove()
  })

  const clientOf = (name: string) => {
    const { client } = opened.get(name) ?? {}
    if (client === undefined) throw new Error('the client has not been opened')
    return client
  }

  for (const [name] of clients) {
    describeReplayStore(`RedisReplayStore with ${name}`, async (ceilings) => {
      await forgetIds(masters(topology))
      return besideRedis(new RedisReplayStore({ client: clientOf(name), timeoutMs: 10_000, ...ceilings }))
    })
    describeReplayStore(`RedisReplayStore with ${name}, told to refuse after a loss,`, async (ceilings) => {
      await forgetIds(masters(topology))
      const options = { client: clientOf(name), timeoutMs: 10_000, ...ceilings }
      return besideRedis(new RedisReplayStore({ ...options, afterDataLoss: 'refuse' }))
    })
  }

  describe.each(['accept', 'refuse'] as const)(
    'instances with each of these clients, told to %s after a loss,',
    (afterDataLoss) => {
      it('let each of many ids in once that come to all of them at once', async () => {
        await forgetIds(masters(topology))
        const stores = Array.from(opened.values()).map(
          ({ client }) => new RedisReplayStore({ client, afterDataLoss, timeoutMs: 10_000 }),
        )
        const uses = Array.from({ length: 1000 }, (_, at) => liveUse(`id-${at % 100}`))
        const answers = await Promise.all(
          uses.flatMap((use) => stores.map(async (store) => [use.jti, await store.consume(use)] as const)),
        )
        const firsts = answers.filter(([, first]) => first).map(([jti]) => jti)
        expect(firsts.sort()).toEqual(Array.from(new Set(uses.map(({ jti }) => jti))).sort())
      })
    },
  )
}

/** Everything but since when the server has known all. */
async function forgetIds(masters: readonly RedisServer[]): Promise<void> {
  for (const master of masters) {
    const keys = (await master.command('KEYS', '*')) as string[]
    const ids = keys.filter((key) => !key.endsWith('epoch'))
    // One at a time, for in a cluster they are of many slots.
    await Promise.all(ids.map((key) => master.command('DEL', key)))
  }
}
