import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import request from 'supertest'
import { RedisReplayStore } from '../../lib/redis.js'
import { mint, now } from '../helpers/mint.js'
import '../helpers/patience.js'
import { appOf, platform } from '../helpers/platform.js'
import { ioredisOf } from '../helpers/redis-clients.js'
import { RedisServer } from '../helpers/redis-server.js'
import { expectAnswer } from '../helpers/refusals.js'
import { mintRival } from '../helpers/rival.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
let redis: RedisServer
let call: (token: string) => request.Test
let close: () => void

beforeAll(async () => {
  redis = await RedisServer.start({ 'maxmemory-policy': 'noeviction' })
  const opened = await ioredisOf(redis.port)
  close = opened.close
  const replayStore = new RedisReplayStore({ client: opened.client, timeoutMs: 10_000, clock: () => now })
  const app = appOf(platform({ replayStore }).options)
  call = (token) => request(serve(app)).get('/portal').auth(token, { type: 'bearer' })
})
afterAll(async () => {
  close()
  await redis.remove()
})
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
    expect(Number(await redis.command('PTTL', key))).toBeLessThanOrEqual(175_000)
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
