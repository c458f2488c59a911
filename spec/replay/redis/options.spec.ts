import { describe, expect, it } from '@jest/globals'
import { RedisReplayStore } from '../../../lib/replay/redis/index.js'
import { clocked } from '../../helpers/clocked-store.js'
import { liveUse } from '../../helpers/redis-uses.js'

/** As ioredis, of a Redis that has never seen a token; it writes down what it is asked. */
function client(answer: (command: readonly unknown[]) => unknown = () => null) {
  const asked: (readonly unknown[])[] = []
  const reply =
    (name: string) =>
    (...rest: unknown[]) => {
      asked.push([name, ...rest])
      return Promise.resolve(answer([name, ...rest]))
    }
  return { asked, set: reply('set'), evalsha: reply('evalsha'), eval: reply('eval'), call: reply('call') }
}

describe('RedisReplayStore refuses', () => {
  const make = (options: object) => () => new RedisReplayStore({ client: client(), ...options })

  it.each([undefined, null, 'redis://localhost', {}, [], { set: () => null }, { evalsha: () => null }])(
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
  it('one command a token, with a hash in place of the id and a time from now', async () => {
    const redis = client()
    const store = clocked(() => 1000, new RedisReplayStore({ client: redis }))
    const use = { projectId: 'shop', jti: 'secret-jti', expiresAt: 1185, acceptableFrom: 995 }
    expect(await store.consume(use)).toBe(true)
    expect(redis.asked).toHaveLength(1)
    const [command = []] = redis.asked
    expect(command).toEqual([
      'set',
      expect.stringMatching(/^rjwt:\{[\w-]{2}\}[\w-]{20}$/),
      expect.stringMatching(/^[\w-]{12}$/),
      'EX',
      185,
      'NX',
      'GET',
    ])
    expect(JSON.stringify(redis.asked)).not.toMatch(/secret|shop/)
  })

  it('one script a token when told to refuse after a loss, and its text only when Redis does not know it', async () => {
    let known = false
    const redis = client(([name]) => {
      if (name === 'evalsha' && !known) throw new Error('NOSCRIPT No matching script')
      known = true
      return 1
    })
    const store = clocked(() => 1000, new RedisReplayStore({ client: redis, afterDataLoss: 'refuse' }))
    for (const jti of ['a', 'b', 'c']) {
      expect(await store.consume({ projectId: 'shop', jti, expiresAt: 1185, acceptableFrom: 995 })).toBe(true)
    }
    expect(redis.asked.map(([name]) => name)).toEqual(['evalsha', 'eval', 'evalsha', 'evalsha'])
  })

  it('another attempt each time, also for the same token', async () => {
    const redis = client(() => null)
    const store = new RedisReplayStore({ client: redis })
    for (let again = 0; again < 50; again++) await store.consume(liveUse('a'))
    expect(new Set(redis.asked.map(([, key]) => key)).size).toBe(1)
    expect(new Set(redis.asked.map(([, , attempt]) => attempt)).size).toBe(50)
  })
})

describe('RedisReplayStore decides nothing', () => {
  it.each([undefined, 1, 0, true, false, 'OK', 'QUEUED', '', [], {}, ['a'], Buffer.from('OK')])(
    'when Redis answers %p to SET',
    async (answer) => {
      const store = new RedisReplayStore({ client: client(() => answer) })
      await expect(store.consume(liveUse('a'))).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(store.counts).toMatchObject({ first: 0, replayed: 0, unavailable: 1 })
    },
  )

  it.each([undefined, null, 3, -3, 'OK', '', true, false, [], {}, [1]])(
    'when Redis answers %p to the script',
    async (answer) => {
      const store = new RedisReplayStore({ client: client(() => answer), afterDataLoss: 'refuse' })
      await expect(store.consume(liveUse('a'))).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(store.counts).toMatchObject({ first: 0, replayed: 0, unavailable: 1 })
    },
  )

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
