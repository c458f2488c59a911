import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { healthOf, replayStoreFindings } from '../../../lib/cli/config/replay-store.js'
import { MemoryReplayStore } from '../../../lib/index.js'
import { RedisReplayStore } from '../../../lib/replay/redis/index.js'
import { clientDuring } from '../../helpers/client-during.js'
import '../../helpers/longer-time-limit.js'
import { ioredisOf, nodeRedisOf } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { lines } from './lines.js'

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
afterEach(() => server.command('ACL', 'SETUSER', 'default', '+config'))

async function found(store: object): Promise<string[]> {
  const said = lines(replayStoreFindings(store, await healthOf(store)))
  expect(said.join('\n')).not.toContain('opensesame')
  return said
}

const fit = ['ok replay-store: the replay store is fit to remember used tokens']

describe.each([
  ['ioredis', ioredisOf],
  ['node-redis', nodeRedisOf],
] as const)('with %s', (_, openClient) => {
  const client = clientDuring<never>(() => openClient(server.port) as never)
  beforeEach(async () => {
    for (const [name, value] of Object.entries(good)) await server.command('CONFIG', 'SET', name, value)
  })
  const storeOf = () => new RedisReplayStore({ client: client(), timeoutMs: 10_000 })

  it('finds nothing wrong with a Redis that is set up as the documentation says', async () => {
    expect(await found(storeOf())).toEqual(fit)
  })

  it('fails for a Redis that evicts', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    expect(await found(storeOf())).toEqual([
      'FAIL replay-store: maxmemory-policy is allkeys-lru: a full Redis would forget used tokens, and they could be used again -> Set it to noeviction, on a Redis of its own.',
    ])
  })

  it('warns of a Redis that keeps nothing on disk', async () => {
    await server.command('CONFIG', 'SET', 'appendonly', 'no')
    expect(await found(storeOf())).toEqual([
      'warn replay-store: appendonly is off: a restart makes used tokens usable again until they expire -> Set appendonly yes.',
    ])
  })

  it('warns of what Redis does not let us see', async () => {
    await server.command('ACL', 'SETUSER', 'default', '-config')
    expect(await found(storeOf())).toEqual([
      'warn replay-store: how often data are written to disk (appendfsync), and min-replicas-to-write, could not be checked: Redis does not allow it (NOPERM: its user may not do that) -> Allow INFO, TIME and CONFIG GET to the user of the platform, or look at these settings by hand.',
    ])
  })
})

it('fails for a replica', async () => {
  const replica = await RedisServer.start({ ...good, replicaof: `127.0.0.1 ${server.port}` })
  const { client, close } = await ioredisOf(replica.port)
  try {
    expect(await found(new RedisReplayStore({ client, timeoutMs: 10_000 }))).toEqual([
      'FAIL replay-store: this Redis is a replica and takes no writes -> Connect to the master, or through Sentinel.',
    ])
  } finally {
    close()
    await replica.remove()
  }
})

it('waits for a client that is connecting', async () => {
  const client = new Redis(server.port, '127.0.0.1', { enableOfflineQueue: false })
  try {
    expect(client.status).toBe('connecting')
    expect(await found(new RedisReplayStore({ client, timeoutMs: 10_000 }))).toEqual(fit)
  } finally {
    client.disconnect()
  }
})

it.each([
  ['connect ECONNREFUSED 127.0.0.1:6379', 'ECONNREFUSED: nothing listens at its address'],
  ['getaddrinfo ENOTFOUND opensesame', 'ENOTFOUND: its host name is not known'],
  ['NOAUTH Authentication required.', 'NOAUTH: it wants a password'],
  ['WRONGPASS invalid username-password pair', 'WRONGPASS: the user or the password is wrong'],
  [
    "ERR unknown command 'x', with args beginning with: 'opensesame'",
    'an error: its words are not shown, for they may hold a secret',
  ],
  ['redis://:opensesame@redis\n(x). y', 'an error: its words are not shown, for they may hold a secret'],
])('says of %s what it means, without its words', async (words, reason) => {
  const error = new Error(words)
  const client = {
    eval: () => Promise.reject(error),
    evalsha: () => Promise.reject(error),
    call: () => Promise.reject(error),
  }
  const store = new RedisReplayStore({ client })
  const asked = healthOf(store, 0)
  const isRefusedCommand = words.startsWith('ERR unknown')
  const [line] = lines(replayStoreFindings(store, await asked))
  expect(line).toContain(`(${reason}) -> `)
  expect(line).not.toContain('opensesame')
  expect(line).toMatch(isRefusedCommand ? /^warn/ : /^FAIL replay-store: Redis cannot be asked/)
})

it('warns of a store that knows only its own process, also of another copy of this package', async () => {
  const warning =
    'warn replay-store: MemoryReplayStore knows only its own process: with several, a token works once in each -> Use RedisReplayStore, unless there is one process of the platform and no other.'
  expect(await found(new MemoryReplayStore())).toEqual([warning])
  const copy = { constructor: { name: 'MemoryReplayStore' } }
  expect(await found(copy)).toEqual([warning])
})

it('asks no store of the platform that cannot tell', async () => {
  for (const store of [{ consume: () => true }, Object.create(null) as object])
    expect(await found(store)).toEqual(['skip replay-store: this replay store has no health() to ask'])
})

it('fails for a store that cannot say how it is', async () => {
  for (const health of [() => Promise.reject(new Error('opensesame')), () => ({}), () => null])
    expect((await found({ health }))[0]).toMatch(
      /^FAIL replay-store: the replay store cannot say how it is \(.*\) -> Correct its health\(\)\.$/,
    )
})
