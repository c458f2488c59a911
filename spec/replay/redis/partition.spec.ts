import { afterEach, describe, expect, it } from '@jest/globals'
import { RedisReplayStore } from '../../../lib/replay/redis/index.js'
import '../../helpers/longer-time-limit.js'
import { ioredisOf, nodeRedisOf } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { linkUp, startSentinels } from '../../helpers/redis-topologies.js'
import {
  Acceptances,
  untilNewTokensPass,
  liveUse,
  liveUses,
  storeWithLongTimeLimit,
  printed,
  refusingStore,
} from '../../helpers/redis-uses.js'
import { until } from '../../helpers/until.js'

const choices = ['accept', 'refuse'] as const
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A store with a client of its own. */
async function storeOf(port: number, afterDataLoss: 'accept' | 'refuse') {
  const { client, close } = await ioredisOf(port)
  cleanups.push(close)
  return new RedisReplayStore({ client, afterDataLoss, timeoutMs: 200, prefix: `${afterDataLoss}:` })
}

async function storeOfLongTimeLimit(port: number, afterDataLoss: 'accept' | 'refuse') {
  const { client, close } = await ioredisOf(port)
  cleanups.push(close)
  return storeWithLongTimeLimit(client, afterDataLoss, `${afterDataLoss}:`)
}

describe('a master that is cut off from its replica and from Sentinel, but not from its clients', () => {
  it('refuses writes, 503, when it is set to want a replica; what both masters let in until then is counted', async () => {
    const servers = await startSentinels({
      downAfterMs: 1000,
      'min-replicas-to-write': 1,
      'min-replicas-max-lag': 1,
    })
    cleanups.push(() => servers.remove())
    const { master, replica, link } = servers
    const old = await Promise.all(choices.map((afterDataLoss) => storeOf(master.port, afterDataLoss)))
    await Promise.all(old.map(untilNewTokensPass))

    link.hold()
    await until('the replica has become master', async () => (await replica.info('role')) === 'master')
    // The new master has no replica either, and the operator knows that.
    await replica.command('CONFIG', 'SET', 'min-replicas-to-write', 0)
    const young = await Promise.all(
      choices.map((afterDataLoss) => storeOfLongTimeLimit(replica.port, afterDataLoss)),
    )
    const both = choices.map(() => new Acceptances())
    let presented = 0
    let refusing = [false, false]
    await until('the old master refuses to write', async () => {
      const use = liveUse(`use-${(presented += 1)}`)
      refusing = await Promise.all(
        choices.map(async (_, at) => {
          const { undecided } = both[at] as Acceptances
          await both[at]?.present(old[at] as RedisReplayStore, use)
          const refused = (both[at] as Acceptances).undecided > undecided
          await both[at]?.present(young[at] as RedisReplayStore, use)
          return refused
        }),
      )
      return refusing.every(Boolean)
    })
    for (const [at, afterDataLoss] of choices.entries()) {
      printed(
        `${afterDataLoss} afterDataLoss, partition: ${both[at]?.twice ?? 0} of ${presented} tokens were accepted by both masters`,
      )
    }

    // From here on one of them takes tokens.
    const after = choices.map(() => new Acceptances())
    await Promise.all(young.map(untilNewTokensPass))
    for (const [at] of choices.entries()) {
      for (const use of liveUses(50, 'after')) {
        await after[at]?.present(old[at] as RedisReplayStore, use)
        await after[at]?.present(young[at] as RedisReplayStore, use)
      }
      expect(after[at]).toMatchObject({ undecided: 50, twice: 0 })
      expect(after[at]?.accepted.size).toBe(50)
    }
  })

  it('lets a token in once on each side, and no more, when it is not set so', async () => {
    const servers = await startSentinels({ downAfterMs: 1000 })
    cleanups.push(() => servers.remove())
    const { master, replica, link } = servers
    const old = await Promise.all(choices.map((afterDataLoss) => storeOf(master.port, afterDataLoss)))
    await Promise.all(old.map(untilNewTokensPass))
    link.hold()
    await until('the replica has become master', async () => (await replica.info('role')) === 'master')
    const young = await Promise.all(
      choices.map((afterDataLoss) => storeOfLongTimeLimit(replica.port, afterDataLoss)),
    )
    await Promise.all(young.map(untilNewTokensPass))

    for (const [at, afterDataLoss] of choices.entries()) {
      const both = new Acceptances()
      const uses = liveUses(200, 'use')
      for (const store of [old[at], young[at], old[at], young[at]]) {
        for (const use of uses) await both.present(store as RedisReplayStore, use)
      }
      printed(
        `${afterDataLoss} afterDataLoss, partition without min-replicas-to-write: ${both.twice} of ${uses.length} tokens were accepted by both masters`,
      )
      expect(Math.max(...both.accepted.values())).toBeLessThanOrEqual(2)
    }
  })
})

describe('a master that was cut off, followed the new one, and is master again', () => {
  it.each([
    ['ioredis', ioredisOf],
    ['node-redis', nodeRedisOf],
  ] as const)('lets nothing in twice when told to refuse after a loss, with %s', async (_, open) => {
    const first = await RedisServer.start({ 'repl-diskless-sync-delay': 0 })
    cleanups.push(() => first.remove())
    const second = await RedisServer.start({
      'repl-diskless-sync-delay': 0,
      replicaof: `127.0.0.1 ${first.port}`,
    })
    cleanups.push(() => second.remove())
    await linkUp(second)
    const { client, close } = await open(first.port)
    cleanups.push(close)
    const store = refusingStore(client)
    await untilNewTokensPass(store)
    await until(
      'the other has it all',
      async () => (await first.info('master_repl_offset')) === (await second.info('slave_repl_offset')),
    )

    await second.command('REPLICAOF', 'NO', 'ONE')
    const uses = liveUses(20, 'in the partition')
    const acceptances = new Acceptances()
    for (const use of uses) await acceptances.present(store, use)
    expect(acceptances.accepted.size).toBeGreaterThan(0)
    // Nobody used the other one meanwhile, so it has not found out that it is master.
    await first.command('REPLICAOF', second.host, second.port)
    await linkUp(first)
    expect(await first.command('DBSIZE')).toBeLessThan(20)
    await first.command('REPLICAOF', 'NO', 'ONE')
    for (const use of uses) await acceptances.present(store, use)
    expect(acceptances.twice).toBe(0)
    await untilNewTokensPass(store)
  })
})
