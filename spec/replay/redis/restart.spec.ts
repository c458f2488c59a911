import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { RedisClient, RedisReplayStore, AfterDataLoss } from '../../../lib/replay/redis/index.js'
import '../../helpers/longer-time-limit.js'
import { ioredisOf, nodeRedisOf, type OpenClient } from '../../helpers/redis-clients.js'
import { RedisServer, type RedisConfig } from '../../helpers/redis-server.js'
import {
  Acceptances,
  untilNewTokensPass,
  liveUses,
  storeWithLongTimeLimit,
  printed,
  refusingStore,
} from '../../helpers/redis-uses.js'
import { until } from '../../helpers/until.js'

const count = 200

let server: RedisServer
const open: OpenClient<RedisClient>[] = []

beforeAll(async () => {
  server = await RedisServer.start()
  open.push(await ioredisOf(server.port), await nodeRedisOf(server.port))
})

afterAll(async () => {
  for (const { close } of open) close()
  await server.remove()
})

/** A store for each client library, as instances of one platform. */
function stores(afterDataLoss: AfterDataLoss) {
  return open.map(({ client }) =>
    afterDataLoss === 'refuse' ? refusingStore(client) : storeWithLongTimeLimit(client, afterDataLoss),
  )
}

const kill = async () => {
  await server.kill()
  await server.restart()
}
const stop = async () => {
  await server.stop()
  await server.restart()
}
const flush = async () => {
  await server.command('FLUSHALL')
}

const losses: readonly [what: string, config: RedisConfig, happen: () => Promise<void>, lost: number][] = [
  ['kill -9 with appendonly and appendfsync always', { appendonly: 'yes', appendfsync: 'always' }, kill, 0],
  ['kill -9 without appendonly', { appendonly: 'no' }, kill, count],
  ['an orderly restart with appendonly', { appendonly: 'yes' }, stop, 0],
  ['an orderly restart with a snapshot', { appendonly: 'no', save: '3600 1' }, stop, 0],
  ['an orderly restart that saves nothing', { appendonly: 'no', save: '""' }, stop, count],
  ['FLUSHALL with appendonly', { appendonly: 'yes' }, flush, count],
  ['a restart without the data folder', { appendonly: 'yes' }, restartWithoutData, count],
]

async function restartWithoutData(): Promise<void> {
  await server.stop()
  await server.wipe()
  await server.restart()
}

const usual: RedisConfig = { appendonly: 'no', appendfsync: 'everysec', save: '""' }

/** Uses tokens, lets it happen, and presents the same tokens again, in every instance. */
async function presentedAgain(
  afterDataLoss: AfterDataLoss,
  what: string,
  config: RedisConfig,
  happen: () => Promise<void>,
) {
  await server.stop()
  await server.wipe()
  await server.restart({ ...usual, ...config })
  const instances = stores(afterDataLoss)
  const [first] = instances
  if (first === undefined) throw new Error('no client')
  await reachedBy(instances)
  await untilNewTokensPass(first)
  const uses = liveUses(count, what)
  const before = new Acceptances()
  for (const use of uses) await before.present(first, use)
  // A store that refuses after a loss waits for a busy machine only as long as it says.
  if (afterDataLoss === 'accept') expect(before.accepted.size).toBe(count)
  else expect(before.accepted.size).toBeGreaterThan(0)

  await happen()
  await reachedBy(instances)
  for (const store of [...instances, ...instances]) {
    await Promise.all(uses.map((use) => before.present(store, use)))
  }
  if (afterDataLoss === 'accept') expect(before.undecided).toBe(0)
  else expect(before.refused).toBeGreaterThan(0)
  printed(
    `${afterDataLoss} afterDataLoss, ${what}: ${before.twice} of ${before.accepted.size} used tokens were accepted again`,
  )
  return { acceptances: before, instances }
}

describe.each(losses)('%s', (what, config, happen, lost) => {
  it(`makes ${lost} of ${count} used tokens good again, once, when told to accept after a loss`, async () => {
    const { acceptances } = await presentedAgain('accept', what, config, happen)
    expect(acceptances.twice).toBe(lost)
    expect(Math.max(...acceptances.accepted.values())).toBe(lost > 0 ? 2 : 1)
  })

  it('makes no used token good again when told to refuse after a loss, and lets new ones in', async () => {
    const { acceptances, instances } = await presentedAgain('refuse', what, config, happen)
    expect(acceptances.twice).toBe(0)
    for (const store of instances) await untilNewTokensPass(store)
  })
})

describe('kill -9 with appendonly and appendfsync everysec', () => {
  // While an fsync takes long, Redis answers before it writes: a slow disk loses what a fast one keeps.
  it('is counted when told to accept after a loss, and makes no used token good again twice', async () => {
    const { acceptances } = await presentedAgain('accept', 'everysec', { appendonly: 'yes' }, kill)
    expect(Math.max(...acceptances.accepted.values())).toBeLessThanOrEqual(2)
  })

  it('makes no used token good again when told to refuse after a loss', async () => {
    const { acceptances } = await presentedAgain('refuse', 'everysec', { appendonly: 'yes' }, kill)
    expect(acceptances.twice).toBe(0)
  })
})

/** The clients have found the server again. */
async function reachedBy(instances: readonly RedisReplayStore[]): Promise<void> {
  for (const store of instances) {
    await until('the client is connected', async () =>
      (await store.health()).findings.every(({ about }) => about !== 'connection'),
    )
  }
}
