import { describe, expect, it } from '@jest/globals'
import { RedisReplayStore } from '../../../lib/replay/redis/index.js'
import { clocked } from '../../helpers/clocked-store.js'
import { liveUse } from '../../helpers/redis-uses.js'

/** As ioredis, of a Redis that has never seen a token; it writes down what it is asked. */
function client(answer: (command: readonly unknown[]) => unknown = () => 'first') {
  const asked: (readonly unknown[])[] = []
  const reply =
    (name: string) =>
    (...rest: unknown[]) => {
      asked.push([name, ...rest])
      return Promise.resolve(answer([name, ...rest]))
    }
  return { asked, evalsha: reply('evalsha'), eval: reply('eval'), call: reply('call') }
}

describe('RedisReplayStore refuses', () => {
  const make = (options: object) => () => new RedisReplayStore({ client: client(), ...options })

  it.each([undefined, null, 'redis://localhost', {}, [], { eval: () => null }, { evalsha: () => null }])(
    'a client that is %p',
    (wrong) => {
      expect(make({ client: wrong })).toThrow(TypeError)
      expect(make({ client: wrong })).toThrow(/client/)
    },
  )

  it.each(['', ' ', 'a b', 'a\n', '{shop}:', 'a}', '{', 'caf\u00e9:', 'p'.repeat(65), 5, null])(
    'a prefix that is %j',
    (prefix) => {
      expect(make({ prefix })).toThrow(/^RedisReplayStore: prefix must be/)
    },
  )

  it.each([0, -1, NaN, Infinity, 10_001, '500', null])('a timeoutMs that is %p', (timeoutMs) => {
    expect(make({ timeoutMs })).toThrow(/^RedisReplayStore: timeoutMs must be/)
  })

  it.each(['Strict', 'memory', '', true, null])('an afterDataLoss that is %p', (afterDataLoss) => {
    expect(make({ afterDataLoss })).toThrow(/^RedisReplayStore: afterDataLoss must be 'accept' or 'refuse'/)
  })

  it.each([0, -1, 0.5, NaN, Infinity, 100_000_001, '60000', null])(
    'a projectRate that is %p',
    (projectRate) => {
      expect(make({ projectRate })).toThrow(
        /^RedisReplayStore: projectRate must be a whole number of tokens a minute from 1 to 100000000/,
      )
    },
  )

  it.each(['prefix', 'timeoutMs', 'afterDataLoss', 'maxLifetime', 'clockTolerance', 'projectRate', 'client'])(
    'a %s that got lost',
    (name) => {
      expect(make({ [name]: undefined })).toThrow(`${name} is undefined`)
    },
  )

  it.each([
    ['timeout', 'Did you mean "timeoutMs"?'],
    ['AfterDataloss', 'Did you mean "afterDataLoss"?'],
    [
      'keyPrefix',
      'Known: client, prefix, timeoutMs, afterDataLoss, projectRate, maxLifetime, clockTolerance.',
    ],
  ])('an option named %s', (name, hint) => {
    expect(make({ [name]: 1 })).toThrow(`RedisReplayStore: unknown option "${name}". ${hint}`)
  })

  it('nothing that is right', () => {
    const right = {
      prefix: 'p'.repeat(64),
      timeoutMs: 10_000,
      afterDataLoss: 'refuse',
      maxLifetime: 1,
      clockTolerance: 0,
      projectRate: 1,
    }
    expect(make(right)).not.toThrow()
    expect(make({ timeoutMs: 0.5, prefix: '!~', projectRate: 100_000_000 })).not.toThrow()
  })
})

describe('RedisReplayStore sends', () => {
  const sha = expect.stringMatching(/^[0-9a-f]{40}$/)
  const attempt = expect.stringMatching(/^[\w-]{12}$/)
  const id = expect.stringMatching(/^rjwt:\{[\w-]{2}\}[\w-]{20}$/)
  const use = { projectId: 'shop', jti: 'secret-jti', expiresAt: 1185.25, acceptableFrom: 995.125 }

  it('one script a token, with a hash in place of the id, the moment of the verifier and a time from then', async () => {
    const redis = client()
    const store = clocked(() => 1000.001, new RedisReplayStore({ client: redis }))
    expect(await store.consume(use)).toBe(true)
    expect(redis.asked).toEqual([['evalsha', sha, 1, id, '1000.001', attempt, '186']])
    expect(JSON.stringify(redis.asked)).not.toMatch(/secret|shop/)
  })

  it('another one when told to refuse after a loss, with when the token could first have been used, and until when an answer counts', async () => {
    const redis = client()
    const options = { client: redis, afterDataLoss: 'refuse', timeoutMs: 250 } as const
    const store = clocked(() => 1000.001, new RedisReplayStore(options))
    expect(await store.consume(use)).toBe(true)
    expect(redis.asked).toEqual([
      ['evalsha', sha, 2, id, 'rjwt:epoch', '1000.001', attempt, '186', '995.125', '1000.252'],
    ])
    expect(JSON.stringify(redis.asked)).not.toMatch(/secret|shop/)
  })

  it.each(['accept', 'refuse'] as const)(
    'the text of the script only when Redis does not know it, told to %s after a loss',
    async (afterDataLoss) => {
      let known = false
      const redis = client(([name]) => {
        if (name === 'evalsha' && !known) throw new Error('NOSCRIPT No matching script')
        known = true
        return 'first'
      })
      const store = clocked(() => 1000, new RedisReplayStore({ client: redis, afterDataLoss }))
      for (const jti of ['a', 'b', 'c']) expect(await store.consume({ ...use, jti })).toBe(true)
      expect(redis.asked.map(([name]) => name)).toEqual(['evalsha', 'eval', 'evalsha', 'evalsha'])
    },
  )

  it('another attempt each time, also for the same token', async () => {
    const redis = client()
    const store = new RedisReplayStore({ client: redis })
    for (let again = 0; again < 50; again++) await store.consume(liveUse('a'))
    expect(new Set(redis.asked.map(([, , , key]) => key)).size).toBe(1)
    expect(new Set(redis.asked.map(([, , , , , attempt]) => attempt)).size).toBe(50)
  })
})

describe('RedisReplayStore decides nothing', () => {
  it.each([
    undefined,
    null,
    1,
    0,
    -3,
    true,
    false,
    'OK',
    'QUEUED',
    '',
    'First',
    'first ',
    'apart',
    'apart 1e9',
    'apart 31.000\n',
    [],
    {},
    ['first'],
    Buffer.from('OK'),
  ])('when Redis answers %p', async (answer) => {
    for (const afterDataLoss of ['accept', 'refuse'] as const) {
      const store = new RedisReplayStore({ client: client(() => answer), afterDataLoss })
      await expect(store.consume(liveUse('a'))).rejects.toMatchObject({
        code: 'store_unavailable',
        cause: { message: 'Redis answered something that the script does not answer' },
      })
      expect(store.counts).toMatchObject({ first: 0, replayed: 0, unavailable: 1 })
    }
  })

  it.each([
    ['apart 30.000', 'The clock of Redis is 30 s ahead of'],
    ['apart -3600.125', 'The clock of Redis is 3600 s behind'],
    ['ended 93.400', 'The clock of Redis is 93 s ahead of'],
  ])('when Redis answers %p, and says so', async (answer, sentence) => {
    const store = new RedisReplayStore({ client: client(() => answer), afterDataLoss: 'refuse' })
    await expect(store.consume(liveUse('a'))).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: `${sentence} the verifier's; they must be less than 30 s apart. Let NTP set both.`,
    })
  })

  it('when 30 s passed since the verifier looked at its clock, and asks nothing', async () => {
    const redis = client()
    const store = new RedisReplayStore({ client: redis })
    store.bind({ clock: () => 1030, maxLifetime: 1, clockTolerance: 0 })
    await expect(store.consume({ ...liveUse('a'), expiresAt: 1180, now: 1000 })).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: expect.stringContaining('30 s passed'),
    })
    expect(redis.asked).toEqual([])
    expect(await store.consume({ ...liveUse('a'), expiresAt: 1180, now: 1000.5 })).toBe(true)
  })

  it.each([
    'LOADING Redis is loading',
    'READONLY You can\u2019t write',
    'CLUSTERDOWN',
    'BUSY',
    'MISCONF',
    'NOREPLICAS',
  ])('when Redis says %s, and keeps what it said for the operator', async (message) => {
    for (const afterDataLoss of ['accept', 'refuse'] as const) {
      const redis = client(() => {
        throw new Error(message)
      })
      const store = new RedisReplayStore({ client: redis, afterDataLoss })
      await expect(store.consume(liveUse('a'))).rejects.toMatchObject({
        code: 'store_unavailable',
        cause: { message },
      })
    }
  })
})
