import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  RedisReplayStore,
  type RedisClient,
  type AfterDataLoss,
  type TokenUse,
} from '../../../lib/replay/redis/index.js'
import '../../helpers/longer-time-limit.js'
import {
  ioredisClusterOf,
  ioredisSentinelOf,
  nodeRedisClusterOf,
  nodeRedisSentinelOf,
  type OpenClient,
} from '../../helpers/redis-clients.js'
import type { RedisServer } from '../../helpers/redis-server.js'
import { startCluster, startSentinels } from '../../helpers/redis-topologies.js'
import {
  Acceptances,
  untilNewTokensPass,
  liveUse,
  liveUses,
  storeWithLongTimeLimit,
  printed,
} from '../../helpers/redis-uses.js'
import { until } from '../../helpers/until.js'

interface Pair {
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly clients: readonly OpenClient<RedisClient>[]
  /** From now on the replica learns of a write a little later than the client. */
  lag(): void
  remove(): Promise<void>
}

/** Both libraries at once, as two instances of one platform. */
const topologies: readonly [name: string, start: () => Promise<Pair>][] = [
  [
    'Sentinel',
    async () => {
      const servers = await startSentinels({ downAfterMs: 1000 })
      const clients = [await ioredisSentinelOf(servers), await nodeRedisSentinelOf(servers)]
      const lag = () => {
        servers.link.delayMs = 50
      }
      return { ...servers, clients, lag }
    },
  ],
  [
    'a Cluster',
    async () => {
      const cluster = await startCluster({ replicas: 1, downAfterMs: 1000 })
      const clients = [await ioredisClusterOf(cluster), await nodeRedisClusterOf(cluster)]
      const [master] = cluster.masters
      const [replica] = cluster.replicas
      if (master === undefined || replica === undefined) throw new Error('the cluster has no replica')
      return { ...cluster, master, replica, clients, lag: () => undefined }
    },
  ],
]

/** The instances of one platform in one afterDataLoss, and what they let in. */
class Platform {
  readonly stores: readonly RedisReplayStore[]
  readonly acceptances = new Acceptances()
  readonly uses: TokenUse[] = []
  readonly afterDataLoss: AfterDataLoss
  private readonly clients: Pair['clients']

  constructor(afterDataLoss: AfterDataLoss, clients: Pair['clients']) {
    this.afterDataLoss = afterDataLoss
    this.clients = clients
    this.stores = clients.map(
      ({ client }) =>
        new RedisReplayStore({
          client,
          afterDataLoss,
          timeoutMs: 300,
          prefix: `${afterDataLoss}:`,
          projectRate: 10_000_000,
        }),
    )
  }

  async start(): Promise<void> {
    for (const { client } of this.clients)
      await storeWithLongTimeLimit(client, this.afterDataLoss, `${this.afterDataLoss}:`).ready()
    await this.back()
  }

  /** All instances let new tokens in. */
  async back(): Promise<void> {
    for (const store of this.stores) await untilNewTokensPass(store)
  }

  /** New tokens in every instance, until `stopped`. */
  async load(stopped: () => boolean): Promise<void> {
    const present = async (store: RedisReplayStore) => {
      while (!stopped()) {
        const use = liveUse(`${this.afterDataLoss}-${this.uses.length}`)
        this.uses.push(use)
        await this.acceptances.present(store, use)
        await new Promise(setImmediate)
      }
    }
    await Promise.all([...this.stores, ...this.stores].map(present))
  }

  async presentAgain(): Promise<void> {
    for (const store of this.stores) {
      for (let from = 0; from < this.uses.length; from += 500) {
        const some = this.uses.slice(from, from + 500)
        await Promise.all(some.map((use) => this.acceptances.present(store, use)))
      }
    }
  }
}

/** However busy the machine is. In a Cluster a third of the ids belong to the master that dies. */
async function untilDecided(store: RedisReplayStore, use: TokenUse): Promise<void> {
  await until('it is decided', () =>
    store.consume(use).then(
      () => true,
      () => false,
    ),
  )
}

describe.each(topologies)('when the master of %s dies under load', (name, start) => {
  let pair: Pair

  beforeEach(async () => {
    pair = await start()
  })

  afterEach(async () => {
    for (const { close } of pair.clients) close()
    await pair.remove()
  })

  it('default mode lets nothing in twice that had reached the replica, and strict mode nothing at all', async () => {
    const { clients, master, replica } = pair
    const platforms = [new Platform('accept', clients), new Platform('refuse', clients)] as const
    const [usual, strict] = platforms
    await Promise.all(platforms.map((one) => one.start()))

    const copied = new Acceptances()
    const early = liveUses(300, 'early')
    const presentEarly = (stores: readonly RedisReplayStore[]) =>
      Promise.all(stores.flatMap((store) => early.map((use) => copied.present(store, use))))
    // However busy the machine is, all are decided.
    await presentEarly(clients.map(({ client }) => storeWithLongTimeLimit(client, 'accept', 'accept:')))
    expect(copied.accepted.size).toBe(early.length)
    const written = Number(await master.info('master_repl_offset'))
    await until(
      'the replica has them',
      async () => Number(await replica.info('slave_repl_offset')) >= written,
    )

    const unused = liveUses(60, 'unused')
    let stopped = false
    pair.lag()
    const loads = platforms.map((one) => one.load(() => stopped))
    await until('the load runs', () => platforms.every(({ acceptances }) => acceptances.accepted.size > 300))
    await master.kill()
    await until('the replica has taken over', async () => (await replica.info('role')) === 'master')
    await Promise.all(platforms.map((one) => one.back()))
    stopped = true
    await Promise.all(loads)

    const before = platforms.map(({ acceptances }) => acceptances.accepted.size)
    await Promise.all([presentEarly(usual.stores), ...platforms.map((one) => one.presentAgain())])
    for (const [at, { afterDataLoss, acceptances }] of platforms.entries()) {
      printed(
        `${afterDataLoss} afterDataLoss, failover of ${name}: ${acceptances.twice} of ${before[at] ?? 0} used tokens were accepted again`,
      )
    }
    expect(copied.twice).toBe(0)
    expect(strict.acceptances.twice).toBe(0)
    for (const store of strict.stores) {
      for (const use of unused) await untilDecided(store, use)
      expect(store.counts.refusedAfterLoss).toBeGreaterThan(0)
    }
  })
})
