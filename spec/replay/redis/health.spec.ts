import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import { clocked } from '../../helpers/clocked-store.js'
import { clientDuring } from '../../helpers/client-during.js'
import '../../helpers/longer-time-limit.js'
import { ioredisClusterOf, ioredisOf, nodeRedisClusterOf, nodeRedisOf } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { startCluster } from '../../helpers/redis-topologies.js'
import { liveUse } from '../../helpers/redis-uses.js'

const good = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  maxmemory: '100mb',
  'maxmemory-policy': 'noeviction',
} as const

let server: RedisServer
beforeAll(async () => {
  server = await RedisServer.start(good)
})
afterAll(() => server.remove())

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('with %s', (_, openClient) => {
  const client = clientDuring<RedisClient>(() => openClient(server.port))

  beforeEach(async () => {
    for (const [name, value] of Object.entries(good)) await server.command('CONFIG', 'SET', name, value)
  })

  const set = (name: string, value: string | number) => server.command('CONFIG', 'SET', name, value)
  const storeOf = (clock = () => Date.now() / 1000) =>
    clocked(clock, new RedisReplayStore({ client: client(), timeoutMs: 10_000 }))

  it('finds nothing wrong with a Redis that is set up as the documentation says', async () => {
    const health = { healthy: true, findings: [] }
    expect(await storeOf().health()).toEqual(health)
    expect(await storeOf().ready()).toEqual(health)
  })

  it.each([
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
  ])('is not ready with maxmemory-policy %s, unless there is no limit', async (policy) => {
    await set('maxmemory-policy', policy)
    const { healthy, findings } = await storeOf().health()
    expect(healthy).toBe(false)
    expect(findings).toMatchObject([{ level: 'error', about: 'eviction' }])
    expect(findings[0]?.text).toContain(`maxmemory-policy is ${policy}`)
    await expect(storeOf().ready()).rejects.toThrow(
      `RedisReplayStore is not ready: maxmemory-policy is ${policy}`,
    )
    await set('maxmemory', 0)
    expect((await storeOf().health()).healthy).toBe(true)
  })

  it.each([
    [0, true, []],
    [1, true, []],
    [3, true, ['warning clock']],
    [29, true, ['warning clock']],
    [-29, true, ['warning clock']],
    [31, false, ['error clock']],
    [-31, false, ['error clock']],
    [3600, false, ['error clock']],
    [NaN, false, ['error clock']],
  ])('takes a clock that is %d s ahead for right: %s, and says %j', async (ahead, right, said) => {
    const store = storeOf(() => Date.now() / 1000 + ahead)
    const { healthy, findings } = await store.health()
    expect({ healthy, said: findings.map(({ level, about }) => `${level} ${about}`) }).toEqual({
      healthy: right,
      said,
    })
    if (!right) await expect(store.ready()).rejects.toThrow(/clock/)
  })

  it('does not take a slow answer for a clock that is off', async () => {
    // By the verifier's clock the answer has been on its way for 20 s.
    let looks = 0
    const { findings } = await storeOf(() => Date.now() / 1000 + (looks++ === 0 ? 0 : 20)).health()
    expect(looks).toBe(2)
    expect(findings).toEqual([])
  })

  it.each([
    ['appendonly', 'no', 'persistence', 'appendonly is off'],
    ['appendfsync', 'no', 'persistence', 'appendfsync is no'],
  ])('warns of %s %s, and is ready', async (name, value, about, text) => {
    await set(name, value)
    const health = await storeOf().ready()
    expect(health).toMatchObject({ healthy: true, findings: [{ level: 'warning', about }] })
    expect(health.findings[0]?.text).toContain(text)
  })

  it('says which promise it could not check where CONFIG is not allowed, and is ready', async () => {
    await server.command('ACL', 'SETUSER', 'default', '-config')
    try {
      const health = await storeOf().ready()
      expect(health).toMatchObject({
        healthy: true,
        findings: [{ level: 'unchecked', about: 'persistence' }],
      })
      expect(health.findings[0]?.text).toContain('could not be checked')
    } finally {
      await server.command('ACL', 'SETUSER', 'default', '+config')
    }
  })

  it('says so where TIME and INFO are not allowed', async () => {
    await server.command('ACL', 'SETUSER', 'default', '-time', '-info')
    try {
      const { findings } = await storeOf().health()
      expect(findings.map(({ level, about }) => `${level} ${about}`)).toEqual(
        expect.arrayContaining(['unchecked clock', 'unchecked version']),
      )
    } finally {
      await server.command('ACL', 'SETUSER', 'default', '+time', '+info')
    }
  })

  it('works for a user who may do no more than the documentation says', async () => {
    const rights = ['resetkeys', '~rjwt:*', '-@all', '+set', '+info', '+time', '+eval', '+evalsha']
    for (const afterDataLoss of ['accept', 'refuse'] as const) {
      const more = afterDataLoss === 'refuse' ? ['+get', '+del'] : []
      await server.command('ACL', 'SETUSER', 'platform', 'on', '>secret', ...rights, ...more)
      const opened = await openClient(server.port, { username: 'platform', password: 'secret' })
      const store = new RedisReplayStore({ client: opened.client, afterDataLoss })
      expect((await store.ready()).healthy).toBe(true)
      const use = liveUse(`of ${afterDataLoss}`, Date.now() / 1000 + 60)
      expect(await store.consume(use)).toBe(true)
      expect(await store.consume(use)).toBe(false)
      const behind = clocked(
        () => Date.now() / 1000 - 40,
        new RedisReplayStore({ client: opened.client, afterDataLoss }),
      )
      await expect(behind.consume(use)).rejects.toMatchObject({ cause: expect.stringContaining('40 s') })
      opened.close()
      await server.command('FLUSHALL')
    }
  })
})

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('a replica, with %s', (_, openClient) => {
  it('is no place for used tokens: not ready, unhealthy, 503', async () => {
    const replica = await RedisServer.start({ replicaof: `127.0.0.1 ${server.port}` })
    const { client, close } = await openClient(replica.port)
    try {
      for (const afterDataLoss of ['accept', 'refuse'] as const) {
        const store = new RedisReplayStore({ client, afterDataLoss, timeoutMs: 10_000 })
        const { healthy, findings } = await store.health()
        expect(healthy).toBe(false)
        expect(findings).toContainEqual(expect.objectContaining({ level: 'error', about: 'role' }))
        await expect(store.ready()).rejects.toThrow('This Redis is a replica')
        await expect(store.consume(liveUse('a'))).rejects.toMatchObject({
          code: 'store_unavailable',
          status: 503,
        })
      }
    } finally {
      close()
      await replica.remove()
    }
  })
})

describe('a Redis that is away', () => {
  it('is unhealthy, within the time limit, and well again when it is back', async () => {
    const away = await RedisServer.start(good)
    const opened = [await ioredisOf(away.port), await nodeRedisOf(away.port)]
    try {
      await away.kill()
      for (const { client } of opened) {
        const store = new RedisReplayStore({ client, timeoutMs: 50 })
        expect(await store.health()).toMatchObject({
          healthy: false,
          findings: [{ level: 'error', about: 'connection' }],
        })
        await expect(store.ready({ waitMs: 0 })).rejects.toThrow('Redis cannot be asked')
      }
      await away.restart()
      for (const { client } of opened) {
        expect((await new RedisReplayStore({ client, timeoutMs: 5000 }).ready()).healthy).toBe(true)
      }
    } finally {
      for (const { close } of opened) close()
      await away.remove()
    }
  })
})

describe('a Cluster', () => {
  it('is as fit as each of its masters', async () => {
    const cluster = await startCluster(good)
    const opened = [await ioredisClusterOf(cluster), await nodeRedisClusterOf(cluster)]
    try {
      for (const { client } of opened) {
        expect(await new RedisReplayStore({ client, timeoutMs: 10_000 }).ready()).toEqual({
          healthy: true,
          findings: [],
        })
      }
      await cluster.masters[2]?.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru')
      for (const { client } of opened) {
        await expect(new RedisReplayStore({ client, timeoutMs: 10_000 }).ready()).rejects.toThrow(
          'maxmemory-policy is volatile-lru',
        )
      }
    } finally {
      for (const { close } of opened) close()
      await cluster.remove()
    }
  })
})

describe('what Redis says of itself', () => {
  /** As ioredis would answer, for servers that are not installed here. */
  const claiming = (info: string): RedisClient =>
    ({
      evalsha: () => Promise.resolve(1),
      eval: () => Promise.resolve(1),
      call: (name: string) =>
        Promise.resolve(
          name === 'TIME'
            ? [String(Math.floor(Date.now() / 1000)), '0']
            : name === 'INFO'
              ? info
              : ['appendfsync', 'everysec'],
        ),
    }) as RedisClient
  const infoOf = (version: string) =>
    `# Server\r\n${version}\r\n# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n# Persistence\r\naof_enabled:1\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n`

  it.each(['7.0.0', '7.0.15', '7.4.1', '8.2.0', '10.0.0'])('lets Redis %s through', async (version) => {
    const store = new RedisReplayStore({ client: claiming(infoOf(`redis_version:${version}`)) })
    expect(await store.ready()).toEqual({ healthy: true, findings: [] })
  })

  it('lets Valkey through', async () => {
    const info = infoOf('redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.0')
    expect((await new RedisReplayStore({ client: claiming(info) }).ready()).healthy).toBe(true)
  })

  it.each(['6.2.14', '6.0.0', '5.0.14', '2.8.0'])('refuses Redis %s by its version', async (version) => {
    const store = new RedisReplayStore({ client: claiming(infoOf(`redis_version:${version}`)) })
    await expect(store.ready()).rejects.toThrow(
      `This is Redis ${version}; it must be 7.0 or newer, or Valkey.`,
    )
  })

  it('refuses a server that does not say what it is', async () => {
    await expect(new RedisReplayStore({ client: claiming(infoOf('x:1')) }).ready()).rejects.toThrow(
      'it must be 7.0 or newer',
    )
  })
})
