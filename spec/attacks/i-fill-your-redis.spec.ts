import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import request from 'supertest'
import { RedisReplayStore, type RedisClient } from '../../lib/replay/redis/index.js'
import { besideRedis } from '../helpers/beside-redis.js'
import { clientDuring } from '../helpers/client-during.js'
import { mint } from '../helpers/mint.js'
import '../helpers/longer-time-limit.js'
import { appOf, platform } from '../helpers/platform.js'
import { ioredisOf } from '../helpers/redis-clients.js'
import { metLongAgo } from '../helpers/redis-epochs.js'
import { RedisServer } from '../helpers/redis-server.js'
import { expectAnswer } from '../helpers/refusals.js'
import { mintRival } from '../helpers/rival.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
let redis: RedisServer
let call: (token: string) => request.Test

beforeAll(async () => {
  redis = await RedisServer.start({ 'maxmemory-policy': 'noeviction' })
})
const client = clientDuring<RedisClient>(() => ioredisOf(redis.port))
beforeAll(() => {
  const replayStore = besideRedis(new RedisReplayStore({ client: client(), timeoutMs: 10_000 }))
  const app = appOf(platform({ replayStore }).options)
  call = (token) => request(serve(app)).get('/portal').auth(token, { type: 'bearer' })
})
afterAll(() => redis.remove())
beforeEach(() => redis.command('FLUSHALL'))

const fresh = () => ({ claims: { jti: randomUUID() } })
const ids = () => redis.command('DBSIZE')

it('stores nothing for rubbish, forgeries and refusals', async () => {
  for (let at = 0; at < 20; at++) {
    await call('abc')
    await call(mintRival({ ...fresh(), signature: Buffer.alloc(64, at) }))
    await call(mintRival({ claims: { iss: 'shop' } }))
  }
  expect(await ids()).toBe(0)
  expect((await call(mintRival(fresh()))).status).toBe(200)
  expect(await ids()).toBe(1)
})

it('stores no more for the longest id than for the shortest, and nothing for good', async () => {
  const sizes: number[] = []
  for (const jti of ['a', 'j'.repeat(256), '\u6f22'.repeat(256)]) {
    await redis.command('FLUSHALL')
    expect((await call(mint({ claims: { jti } }))).status).toBe(200)
    const [key = ''] = (await redis.command('KEYS', '*')) as string[]
    sizes.push(Number(await redis.command('MEMORY', 'USAGE', key)))
    expect(key).not.toContain(jti)
    expect(Number(await redis.command('PTTL', key))).toBeGreaterThan(0)
    expect(Number(await redis.command('PTTL', key))).toBeLessThanOrEqual(180_000)
  }
  expect(new Set(sizes).size).toBe(1)
})

it('answers 503 when there is no room: nobody passes unseen, and nobody who passed passes again', async () => {
  const used = mintRival(fresh())
  expect((await call(used)).status).toBe(200)
  await redis.command('CONFIG', 'SET', 'maxmemory', 1)
  const waiting = mint(fresh())
  for (let again = 0; again < 3; again++) expectAnswer(await call(waiting), 'replay_store_full')
  expect((await call(used)).status).not.toBe(200)
  await redis.command('CONFIG', 'SET', 'maxmemory', 0)
  expectAnswer(await call(used), 'token_replayed')
  expect((await call(waiting)).status).toBe(200)
  expectAnswer(await call(waiting), 'token_replayed')
})

describe.each(['accept', 'refuse'] as const)(
  'told to %s after a loss a project that floods',
  (afterDataLoss) => {
    /** The rival sends more than its rate; the shop must not notice. */
    function limitedPlatform() {
      // It stands still, so that all is within one minute.
      const now = Date.now() / 1000
      const replayStore = new RedisReplayStore({
        client: client(),
        afterDataLoss,
        prefix: `${afterDataLoss}:`,
        timeoutMs: 1000,
        projectRate: 10,
      })
      const { options, events } = platform({ replayStore, clock: () => now, clockTolerance: 0 })
      const server = serve(appOf(options))
      const call = (token: string) => request(server).get('/portal').auth(token, { type: 'bearer' })
      const claims = () => ({ claims: { jti: randomUUID(), iat: now, exp: now + 250 } })
      return { call, events, shopToken: () => mint(claims()), rivalToken: () => mintRival(claims()) }
    }

    it('is answered 503 beyond its rate, and nobody else notices', async () => {
      const { call, events, shopToken, rivalToken } = limitedPlatform()
      // A store that refuses after a loss would need a while until it lets anything in.
      await call(shopToken())
      await metLongAgo(redis)
      const first = rivalToken()
      expect((await call(first)).status).toBe(200)
      // What is refused counts for nothing, or whoever finds a used token could silence its project.
      for (let again = 0; again < 20; again++) expectAnswer(await call(first), 'token_replayed')
      for (let used = 1; used < 10; used++) expect((await call(rivalToken())).status).toBe(200)
      const stored = await ids()
      for (let more = 0; more < 20; more++) expectAnswer(await call(rivalToken()), 'replay_store_full')
      expect(events.at(-1)).toMatchObject({
        type: 'unavailable',
        cause: expect.stringMatching(/projectRate/),
      })
      expect(await ids()).toBe(stored)
      expect((await call(first)).status).toBe(503)
      for (let used = 1; used < 10; used++) expect((await call(shopToken())).status).toBe(200)
    })
  },
)
