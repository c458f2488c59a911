import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createVerifier, MemoryReplayStore, type KeyStore, type ReplayStore } from '../../lib/index.js'
import { RedisReplayStore, type RedisClient } from '../../lib/replay/redis/index.js'
import { besideRedis } from '../helpers/beside-redis.js'
import { clientDuring } from '../helpers/client-during.js'
import { mint, now } from '../helpers/mint.js'
import '../helpers/longer-time-limit.js'
import { platform } from '../helpers/platform.js'
import { ioredisOf } from '../helpers/redis-clients.js'
import { RedisServer } from '../helpers/redis-server.js'
import { expectRefusal } from '../helpers/refusals.js'

let redis: RedisServer

beforeAll(async () => {
  redis = await RedisServer.start()
})
const client = clientDuring<RedisClient>(() => ioredisOf(redis.port))
afterAll(() => redis.remove())

const stores: readonly [string, () => ReplayStore][] = [
  ['memory', () => new MemoryReplayStore()],
  ['Redis', () => besideRedis(new RedisReplayStore({ client: client(), timeoutMs: 10_000 }))],
]

it.each(stores)(
  'a token whose times were right before the pause is refused after it, when its use is forgotten: %s',
  async (_, storeWith) => {
    const clock = { now }
    const replayStore = storeWith()
    const { options } = platform()
    const pause = { seconds: 0 }
    // A paused machine, a debugger, a key store without a time limit: between the look at the times and the last step.
    const keyStore: KeyStore = {
      find: async (...name) => {
        const key = await options.keyStore.find(...name)
        clock.now += pause.seconds
        return key
      },
    }
    const verifier = createVerifier({ ...options, keyStore, replayStore, clock: () => clock.now })
    const token = mint()
    await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
    await expectRefusal(verifier.verify(token), 'token_replayed')

    pause.seconds = 300
    // By then Redis has forgotten it by itself, as the memory store does when it is asked.
    await redis.command('FLUSHALL')
    await expectRefusal(verifier.verify(token), 'token_replayed')
    // The control: without a pause a new token passes.
    pause.seconds = 0
    const fresh = mint({ claims: { iat: clock.now, exp: clock.now + 100 } })
    await expect(verifier.verify(fresh)).resolves.toMatchObject({ project: { id: 'shop' } })
  },
)
