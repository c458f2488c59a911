import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { RedisReplayStore, type RedisClient, type TokenUse } from '../../../lib/replay/redis/index.js'
import '../../helpers/longer-time-limit.js'
import { randomFrom } from '../../helpers/random.js'
import { ioredisOf, nodeRedisOf, type OpenClient } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { Acceptances, liveUse, printed } from '../../helpers/redis-uses.js'
import { TcpProxy } from '../../helpers/tcp-proxy.js'
import { until } from '../../helpers/until.js'

const seed = 4
const events = 24
const presentersEach = 6

let server: RedisServer
let proxy: TcpProxy
const open: OpenClient<RedisClient>[] = []

beforeAll(async () => {
  server = await RedisServer.start()
  proxy = await TcpProxy.start(server.port)
  open.push(await ioredisOf(proxy.port), await nodeRedisOf(proxy.port), await ioredisOf(server.port))
})

afterAll(async () => {
  for (const { close } of open) close()
  await proxy.close()
  await server.remove()
})

it('never lets a token in twice, whatever happens to its Redis under load, in any order', async () => {
  // Each its own, so that a seed means the same row of events on any machine.
  const random = randomFrom(seed)
  const choices = randomFrom(seed + 1)
  const acceptances = new Acceptances()
  const stores = open.map(
    ({ client }) =>
      new RedisReplayStore({ client, afterDataLoss: 'refuse', timeoutMs: 100, projectRate: 10_000_000 }),
  )
  const seen: TokenUse[] = []
  let stopped = false

  /** Presents new tokens, and old ones again, one after the other. */
  async function presentMany(store: RedisReplayStore): Promise<void> {
    while (!stopped) {
      const old =
        choices.below(2) === 0
          ? seen[seen.length - 1 - choices.below(Math.min(seen.length, 2000))]
          : undefined
      const use = old ?? liveUse(`token-${seen.length}`)
      if (old === undefined) seen.push(use)
      await acceptances.present(store, use)
      // A client that is offline may refuse at once, and then nothing else would run.
      await new Promise(setImmediate)
    }
  }

  async function progress(): Promise<void> {
    const before = acceptances.accepted.size
    await until('new tokens are let in', () => acceptances.accepted.size > before + 50)
  }

  const happenings: Readonly<Record<string, () => Promise<unknown>>> = {
    async 'kill -9'() {
      await server.kill()
      await server.restart()
    },
    async 'kill -9 and appendonly'() {
      await server.kill()
      await server.restart({ appendonly: random.of(['yes', 'no']) })
    },
    'restart in good order': () => server.restart({ save: random.of(['""', '3600 1']) }),
    async 'restart without data'() {
      await server.stop()
      await server.wipe()
      await server.restart()
    },
    async 'kill -9 after an old snapshot'() {
      await server.restart({ appendonly: 'no' })
      await progress()
      await server.command('SAVE')
      await progress()
      await server.kill()
      await server.restart()
    },
    FLUSHALL: () => server.command('FLUSHALL'),
    async 'FLUSHALL twice and a kill'() {
      await Promise.all([server.command('FLUSHALL'), server.command('FLUSHDB', 'ASYNC')])
      await server.kill()
      await server.restart()
    },
    'SCRIPT FLUSH': () => server.command('SCRIPT', 'FLUSH'),
    async 'cut connections'() {
      proxy.cut()
      await Promise.resolve()
    },
    'lose a reply': () => proxy.loseReplyTo((request) => /evalsha/i.test(request.toString('latin1'))),
    async 'stand still'() {
      server.pause()
      const before = acceptances.undecided
      await until('presenters give up', () => acceptances.undecided > before + 2)
      server.resume()
    },
  }

  const presenters = stores.flatMap((store) =>
    Array.from({ length: presentersEach }, () => presentMany(store)),
  )
  const done: string[] = []
  for (let event = 0; event < events; event++) {
    await progress()
    const name = random.of(Object.keys(happenings))
    done.push(name)
    await happenings[name]?.()
  }
  stopped = true
  await Promise.all(presenters)

  const losses = stores.reduce((sum, { counts }) => sum + counts.losses, 0)
  printed(
    `strict afterDataLoss, ${losses} losses: ${acceptances.accepted.size} accepted, ${acceptances.refused} refused, ${acceptances.undecided} not decided, ${acceptances.twice} accepted twice\n${done.join(', ')}`,
  )
  expect(acceptances.twice).toBe(0)
  // Otherwise nothing was tried.
  expect(losses).toBeGreaterThan(2)
  expect(acceptances.accepted.size).toBeGreaterThan(events * 50)
  expect(acceptances.refused).toBeGreaterThan(events * 50)
})
