import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import request from 'supertest'
import { RedisReplayStore } from '../../lib/replay/redis/index.js'
import { besideRedis } from '../helpers/beside-redis.js'
import { mint } from '../helpers/mint.js'
import '../helpers/longer-time-limit.js'
import { appOf, platform } from '../helpers/platform.js'
import { ioredisOf, nodeRedisOf, type OpenClient } from '../helpers/redis-clients.js'
import { RedisServer } from '../helpers/redis-server.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'
import { TcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const serve = openServer()
let redis: RedisServer
let wire: TcpProxy

beforeAll(async () => {
  redis = await RedisServer.start()
  wire = await TcpProxy.start(redis.port)
})
afterEach(() => {
  wire.heal()
  wire.cut()
})
afterAll(async () => {
  await wire.close()
  await redis.remove()
})

describe.each([
  ['ioredis, which sends again what got no reply', ioredisOf],
  ['node-redis, which does not', nodeRedisOf],
] as const)('a platform with %s', (name, openClient) => {
  let call: (token: string) => request.Test
  let opened: OpenClient
  const fresh = () => mint({ claims: { jti: randomUUID() } })
  const works = () => until('a new token passes', async () => (await call(fresh())).status === 200)

  beforeAll(async () => {
    const one = await openClient(wire.port)
    opened = one
    const replayStore = besideRedis(new RedisReplayStore({ client: one.client, timeoutMs: 1000 }))
    const app = appOf(platform({ replayStore }).options)
    call = (token) => request(serve(app)).get('/portal').auth(token, { type: 'bearer' })
  })
  afterAll(() => {
    opened.close()
  })

  it('answers 503 while the wire is cut, also to a token that was used before', async () => {
    await works()
    const used = fresh()
    expect((await call(used)).status).toBe(200)
    wire.hold()
    expectAnswer(await call(fresh()), 'store_unavailable')
    expectAnswer(await call(used), 'store_unavailable')
    wire.heal()
    wire.cut()
    await works()
    expectAnswer(await call(used), 'token_replayed')
  })

  it('answers 503 while every connection is refused', async () => {
    await works()
    wire.refuse()
    for (let again = 0; again < 5; again++) expectAnswer(await call(fresh()), 'store_unavailable')
    wire.heal()
    await works()
  })

  it('lets a token in at most once whose reply is cut off, and calls no honest token a replay', async () => {
    await works()
    const token = fresh()
    const lost = wire.loseReplyTo((bytes) => /\r\nevalsha\r\n/i.test(bytes.toString('latin1')))
    const [answer] = await Promise.all([call(token), lost])
    if (name.startsWith('ioredis')) expect(answer.status).toBe(200)
    else expectAnswer(answer, 'store_unavailable')
    await works()
    for (let again = 0; again < 3; again++) expectAnswer(await call(token), 'token_replayed')
  })
})
