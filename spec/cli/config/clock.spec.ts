import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { PGlite } from '@electric-sql/pglite'
import { clockFindings } from '../../../lib/cli/config/clock.js'
import { inspect } from '../../../lib/cli/config/database.js'
import { healthOf } from '../../../lib/cli/config/replay-store.js'
import { RedisReplayStore } from '../../../lib/replay/redis/index.js'
import { clocked } from '../../helpers/clocked-store.js'
import '../../helpers/longer-time-limit.js'
import { emptyPglite } from '../../helpers/pglite.js'
import { ioredisOf, type OpenClient } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { lines } from './lines.js'
import type { Redis } from 'ioredis'

let redis: RedisServer
let opened: OpenClient<Redis>
let db: PGlite
beforeAll(async () => {
  redis = await RedisServer.start({ appendonly: 'yes' })
  opened = await ioredisOf(redis.port)
  db = await emptyPglite()
})
afterAll(async () => {
  opened.close()
  await Promise.all([redis.remove(), db.close()])
})

const ahead = (seconds: number) => () => Date.now() / 1000 + seconds
const healthBy = (clock: () => number) =>
  healthOf(clocked(clock, new RedisReplayStore({ client: opened.client, timeoutMs: 10_000 })))

it('finds that the clocks agree', async () => {
  const asked = await inspect(db)
  const health = await healthBy(ahead(0))
  expect(lines(clockFindings(asked, health))).toEqual([
    'ok clock: the clock of this machine agrees with the database and Redis',
  ])
  expect(lines(clockFindings(asked, undefined))).toEqual([
    'ok clock: the clock of this machine agrees with the database',
  ])
})

it.each([
  [1, []],
  [-1, []],
  [10, ['warn']],
  [-10, ['warn']],
  [40, ['FAIL']],
  [-40, ['FAIL']],
])('finds a clock that is %d s ahead', async (seconds, results) => {
  const clock = ahead(seconds)
  const database = clockFindings(await inspect(db, clock), undefined)
  const ofRedis = clockFindings(undefined, await healthBy(clock))
  for (const findings of [database, ofRedis]) {
    const wrong = findings.filter(({ result }) => result !== 'ok')
    expect(wrong.map(({ result }) => result)).toEqual(results)
    for (const { text } of wrong) {
      expect(text).toMatch(
        new RegExp(`^the clock of .* is (?:39|40|41|9|10|11) s ${seconds > 0 ? 'behind' : 'ahead of'}`),
      )
    }
  }
})

it('names each clock that is off', async () => {
  const clock = ahead(40)
  expect(lines(clockFindings(await inspect(db, clock), await healthBy(clock)))).toMatchInlineSnapshot(`
    [
      "FAIL clock: the clock of the database is 40 s behind that of this machine -> Let NTP set the clock of this machine and that of the other.",
      "FAIL clock: the clock of Redis is 40 s behind the verifier's -> Let NTP set the clock of this machine and that of the other.",
    ]
  `)
})

it('does not take the way of an answer for a difference', async () => {
  let looks = 0
  const slow = () => Date.now() / 1000 + (looks++ === 0 ? 0 : 40)
  expect(lines(clockFindings(await inspect(db, slow), undefined))[0]).toMatch(/^ok/)
})

it('says so where Redis does not tell its time', async () => {
  await redis.command('ACL', 'SETUSER', 'default', '-time')
  try {
    expect(lines(clockFindings(undefined, await healthBy(ahead(0))))).toMatchInlineSnapshot(`
      [
        "warn clock: Redis does not tell its time, so that its clock could not be compared -> Allow TIME to the user of the platform, or look at the clock by hand.",
      ]
    `)
  } finally {
    await redis.command('ACL', 'SETUSER', 'default', '+time')
  }
})

it('has nothing to compare with where nothing answers', async () => {
  const skipped = ['skip clock: there is no database and no Redis that told its time']
  const away = await inspect({ query: () => Promise.reject(new Error('x')) })
  const unreachable = {
    healthy: false,
    findings: [{ level: 'error', about: 'connection', text: 'Redis cannot be asked (x).' }],
  } as const
  expect(lines(clockFindings(undefined, undefined))).toEqual(skipped)
  expect(lines(clockFindings(away, unreachable))).toEqual(skipped)
})
