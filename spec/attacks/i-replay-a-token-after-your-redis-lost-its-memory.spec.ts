import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import request from 'supertest'
import type { RedisClient, AfterDataLoss } from '../../lib/replay/redis/index.js'
import { clientDuring } from '../helpers/client-during.js'
import { mint } from '../helpers/mint.js'
import '../helpers/longer-time-limit.js'
import { appOf, platform } from '../helpers/platform.js'
import { ioredisOf } from '../helpers/redis-clients.js'
import { RedisServer, type RedisConfig } from '../helpers/redis-server.js'
import { storeWithLongTimeLimit, refusingStore } from '../helpers/redis-uses.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'
import { until } from '../helpers/until.js'

const serve = openServer()
let redis: RedisServer

beforeAll(async () => {
  redis = await RedisServer.start()
})
const client = clientDuring<RedisClient>(() => ioredisOf(redis.port))
afterAll(() => redis.remove())

/** Real time, because Redis keeps it; no tolerance, so that a token could have been used only once it was signed. */
function platformIn(afterDataLoss: AfterDataLoss) {
  const clock = () => Date.now() / 1000
  const replayStore =
    afterDataLoss === 'refuse'
      ? refusingStore(client(), `${afterDataLoss}:`)
      : storeWithLongTimeLimit(client(), afterDataLoss, `${afterDataLoss}:`)
  const { options } = platform({ clock, clockTolerance: 0, replayStore })
  const app = appOf(options)
  const call = (token: string) => request(serve(app)).get('/portal').auth(token, { type: 'bearer' })
  const fresh = (age = 0) => mint({ claims: { jti: randomUUID(), iat: clock() - age, exp: clock() + 120 } })
  /** Until a new token passes, as a page would get one; a little older than the next, as clocks tick in milliseconds. */
  const works = () => until('a new token passes', async () => (await call(fresh(0.01))).status === 200)
  return { call, fresh, works }
}

const restart = (config: RedisConfig) => async () => {
  await redis.kill()
  await redis.restart(config)
}
const losses: readonly [how: string, lose: () => Promise<unknown>][] = [
  ['was flushed', () => redis.command('FLUSHALL')],
  ['was killed without appendonly', restart({ appendonly: 'no' })],
  [
    'came back without its data',
    async () => {
      await redis.kill()
      await redis.wipe()
      await redis.restart()
    },
  ],
]

describe.each(losses)('when Redis %s', (_, lose) => {
  it('refuses a used token when told to refuse after a loss, and lets a new one in', async () => {
    const { call, fresh, works } = platformIn('refuse')
    await works()
    const used = fresh()
    expect((await call(used)).status).toBe(200)
    expectAnswer(await call(used), 'token_replayed')
    await lose()
    await works()
    for (let again = 0; again < 3; again++) expectAnswer(await call(used), 'token_replayed')
  })

  it('refuses a token when told to refuse after a loss that it has never seen, but that could have been used', async () => {
    const { call, fresh, works } = platformIn('refuse')
    await works()
    const unused = fresh()
    await lose()
    await works()
    expectAnswer(await call(unused), 'token_replayed')
  })

  it('lets a used token in once more when told to accept after a loss, and then no more: so it is documented', async () => {
    const { call, fresh, works } = platformIn('accept')
    await works()
    const used = fresh()
    expect((await call(used)).status).toBe(200)
    await lose()
    await works()
    expect((await call(used)).status).toBe(200)
    expectAnswer(await call(used), 'token_replayed')
  })
})

it('refuses a used token in both choices when Redis was killed that writes before it answers', async () => {
  for (const afterDataLoss of ['accept', 'refuse'] as const) {
    await restart({ appendonly: 'yes', appendfsync: 'always' })()
    const { call, fresh, works } = platformIn(afterDataLoss)
    await works()
    const used = fresh()
    expect((await call(used)).status).toBe(200)
    await restart({ appendonly: 'yes', appendfsync: 'always' })()
    await works()
    expectAnswer(await call(used), 'token_replayed')
  }
})
