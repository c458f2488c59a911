import type { RedisReplayStore, ReplayStore } from '../../lib/replay/redis/index.js'
import { timePasses } from './redis-epochs.js'
import type { RedisServer } from './redis-server.js'

/** How far the clock of a Redis is ahead of that of the platform. */
export interface RedisClock {
  aheadBy: number
}

/**
 * A store beside whose verifiers Redis has the same time as they, wherever their clock stands, or another one. The clock of Redis
 * cannot be set, and only differences count: so what the verifiers say is moved to where Redis is.
 */
export function besideRedis(
  store: RedisReplayStore,
  redis: Readonly<RedisClock> = { aheadBy: 0 },
): Required<ReplayStore> {
  let clock = () => Date.now() / 1000
  const moved = new Map<() => number, () => number>()
  const inRedisTime = () => Date.now() / 1000 - redis.aheadBy
  return {
    consume(use) {
      const by = inRedisTime() - clock()
      const { now, expiresAt, acceptableFrom } = use
      return store.consume({
        ...use,
        now: now + by,
        expiresAt: expiresAt + by,
        acceptableFrom: acceptableFrom + by,
      })
    },
    bind(verifier) {
      // One for one, so that the store sees whether two verifiers have the same.
      const read = moved.get(verifier.clock) ?? (() => inRedisTime())
      moved.set(verifier.clock, read)
      const ceilings = store.bind({ ...verifier, clock: read })
      clock = verifier.clock
      return ceilings
    },
  }
}

/** The clock of Redis is set: to Redis, what it keeps is so much older at once. */
export async function stepClock(server: RedisServer, clock: RedisClock, seconds: number): Promise<void> {
  clock.aheadBy += seconds
  await timePasses(server, seconds)
}
