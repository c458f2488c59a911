import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createVerifier, type ReplayStore } from '../../../lib/index.js'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import { clientDuring } from '../../helpers/client-during.js'
import { clocked } from '../../helpers/clocked-store.js'
import { mint } from '../../helpers/mint.js'
import '../../helpers/longer-time-limit.js'
import { platform } from '../../helpers/platform.js'
import { ioredisOf, nodeRedisOf } from '../../helpers/redis-clients.js'
import { metLongAgo } from '../../helpers/redis-epochs.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { liveUse } from '../../helpers/redis-uses.js'
import { expectRefusal } from '../../helpers/refusals.js'

let redis: RedisServer
beforeAll(async () => {
  redis = await RedisServer.start()
})
afterAll(() => redis.remove())
beforeEach(() => redis.command('FLUSHALL'))

/** How far two verifiers' clocks are ahead of Redis: each less than half a minute. */
const offsets = [
  [29, 0],
  [0, -29],
  [29, -29],
  [-29, 0],
  [0, 29],
  [-29, 29],
  [0, 0],
] as const

/** Seconds for which Redis still remembers the one id that it has. */
async function remembered(): Promise<number> {
  const keys = (await redis.command('KEYS', '*')) as string[]
  const ids = keys.filter((key) => !key.endsWith('epoch'))
  expect(ids).toHaveLength(1)
  return Number(await redis.command('PTTL', ids[0] ?? '')) / 1000
}

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('RedisReplayStore with %s', (_, openClient) => {
  const client = clientDuring<RedisClient>(() => openClient(redis.port))

  describe.each(['accept', 'refuse'] as const)('told to %s after a loss', (afterDataLoss) => {
    const storeAt = (moment: number) =>
      clocked(() => moment, new RedisReplayStore({ client: client(), afterDataLoss, timeoutMs: 10_000 }))
    beforeEach(async () => {
      await storeAt(Date.now() / 1000).ready()
      await metLongAgo(redis)
    })
    /** What Redis has kept of uses. */
    const ids = async () => (await redis.command('KEYS', '*rjwt:{*')) as string[]

    it.each([-29.5, -10, 0, 10.125, 29.5])(
      'remembers a token for as long as it lives by a clock that is %d s ahead',
      async (aheadBy) => {
        const moment = Date.now() / 1000 + aheadBy
        const use = { projectId: 'shop', jti: 'a', expiresAt: moment + 185, acceptableFrom: moment + 60 }
        expect(await storeAt(moment).consume(use)).toBe(true)
        const seconds = await remembered()
        expect(seconds).toBeGreaterThan(180)
        expect(seconds).toBeLessThanOrEqual(185)
        expect(await storeAt(moment).consume(use)).toBe(false)
      },
    )

    it.each([31, -30, 3600, -86_400, 2e9, -2e9, 1e300])(
      'decides and keeps nothing by a clock that is %d s ahead: Redis would forget too early or too late',
      async (aheadBy) => {
        const moment = Date.now() / 1000 + aheadBy
        // The hugest number has no digits left for that.
        const expiresAt = Math.max(moment + 185, moment * (1 + 2e-16))
        const use = { projectId: 'shop', jti: 'a', expiresAt, acceptableFrom: moment + 60 }
        const store = storeAt(moment)
        await expect(store.consume(use)).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
        expect(store.counts).toMatchObject({ first: 0, replayed: 0, unavailable: 1 })
        expect(await ids()).toEqual([])
      },
    )

    it.each([10, 0.2, 0, -0.5, -60, -1e6])(
      'does not let in what has %d s left: an earlier use may be forgotten by the time of the answer',
      async (lives) => {
        const use = { projectId: 'shop', jti: 'a', expiresAt: 5000 + lives, acceptableFrom: 5060 }
        const store = storeAt(5000)
        expect(await store.consume(use)).toBe(false)
        expect(store.counts).toMatchObject({ first: 0, replayed: 1 })
        expect(await ids()).toEqual([])
      },
    )

    it('rounds the time up, never down', async () => {
      const moment = Math.floor(Date.now() / 1000)
      const use = { projectId: 'shop', jti: 'a', expiresAt: moment + 100.001, acceptableFrom: moment + 60 }
      expect(await storeAt(moment).consume(use)).toBe(true)
      expect(await remembered()).toBeGreaterThan(100)
    })

    it.each([NaN, Infinity, -Infinity])('decides nothing while its clock says %d', async (moment) => {
      await expect(storeAt(moment).consume(liveUse('a'))).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(await ids()).toEqual([])
    })
  })

  it.each(offsets)(
    'remembers a token that a verifier %d s ahead let in for as long as one %d s ahead could let it in',
    async (ahead, other) => {
      const start = Date.now() / 1000
      const verifierAhead = (by: number) => {
        const clock = () => Date.now() / 1000 + by
        return createVerifier(
          platform({
            clock,
            replayStore: new RedisReplayStore({ client: client(), timeoutMs: 10_000 }),
          }).options,
        )
      }
      // Good for both clocks.
      const exp = start + 110
      const token = mint({ claims: { iat: start - 30, exp, jti: 'a' } })
      await expect(verifierAhead(ahead).verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
      await expectRefusal(verifierAhead(other).verify(token), 'token_replayed')
      const forgotten = Date.now() / 1000 + (await remembered())
      // exp and the clock tolerance, by the other one's clock.
      expect(forgotten).toBeGreaterThan(exp + 5 - other)
    },
  )

  it.each(offsets)(
    'knows when told to refuse after a loss that a verifier %d s ahead can have let a token in that comes to one %d s ahead',
    async (ahead, other) => {
      const start = Date.now() / 1000
      const storeAhead = (by: number) => {
        const store = new RedisReplayStore({ client: client(), afterDataLoss: 'refuse', timeoutMs: 1000 })
        return clocked(() => Date.now() / 1000 + by, store)
      }
      const verifierAhead = (by: number) => {
        const store = storeAhead(by)
        const ceilings = { maxLifetime: 300, clockTolerance: 10 }
        const replayStore: ReplayStore = { consume: (use) => store.consume(use), bind: () => ceilings }
        return createVerifier(platform({ clock: () => Date.now() / 1000 + by, replayStore }).options)
      }
      await storeAhead(0).ready()
      await metLongAgo(redis)
      // Good for both clocks.
      const token = mint({ claims: { iat: start - 30, exp: start + 110, jti: 'a' } })
      await expect(verifierAhead(ahead).verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
      await expectRefusal(verifierAhead(other).verify(token), 'token_replayed')

      await redis.command('FLUSHALL')
      await storeAhead(ahead).ready()
      for (const by of [ahead, other]) await expectRefusal(verifierAhead(by).verify(token), 'token_replayed')
    },
  )
})
