import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { RedisReplayStore, type RedisClient } from '../../../lib/replay/redis/index.js'
import { clientDuring } from '../../helpers/client-during.js'
import '../../helpers/longer-time-limit.js'
import { ioredisOf } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { linkUp } from '../../helpers/redis-topologies.js'
import { liveUse } from '../../helpers/redis-uses.js'
import { until } from '../../helpers/until.js'

let master: RedisServer
const replicas: RedisServer[] = []

beforeAll(async () => {
  master = await RedisServer.start({ appendonly: 'yes', 'repl-diskless-sync-delay': 0 })
})
afterAll(async () => {
  await Promise.all([master, ...replicas].map((server) => server.remove()))
})
const client = clientDuring<RedisClient>(() => ioredisOf(master.port))

const wanting = (count: number) => master.command('CONFIG', 'SET', 'min-replicas-to-write', count)
const storeOf = () => new RedisReplayStore({ client: client(), timeoutMs: 10_000 })

async function attachReplica(): Promise<void> {
  const replica = await RedisServer.start({ replicaof: `127.0.0.1 ${master.port}` })
  replicas.push(replica)
  await linkUp(replica)
  const online = `slave${replicas.length - 1}`
  await until('the master knows its replica', async () =>
    ((await master.info(online)) ?? '').includes('state=online'),
  )
}

describe('a master', () => {
  it('that wants no replica and has none is well', async () => {
    expect(await storeOf().health()).toEqual({ healthy: true, findings: [] })
  })

  it('that has fewer replicas than it wants is unhealthy and not ready, for it answers no token', async () => {
    await wanting(1)
    const { healthy, findings } = await storeOf().health()
    expect(healthy).toBe(false)
    expect(findings).toMatchObject([{ level: 'error', about: 'replication' }])
    expect(findings[0]?.text).toContain('min-replicas-to-write is 1, and 0 replicas keep up')
    await expect(storeOf().ready()).rejects.toThrow('every token is answered 503')
    await expect(storeOf().consume(liveUse('a'))).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('that has just as many as it wants is warned of, for after a failover there is one less', async () => {
    await attachReplica()
    const health = await storeOf().ready()
    expect(health).toMatchObject({ healthy: true, findings: [{ level: 'warning', about: 'replication' }] })
    expect(health.findings[0]?.text).toContain('Have 2 replicas.')
    expect(await storeOf().consume(liveUse('b'))).toBe(true)
  })

  it('that wants none of those it has is warned of', async () => {
    await wanting(0)
    const { findings } = await storeOf().ready()
    expect(findings).toMatchObject([{ level: 'warning', about: 'replication' }])
    expect(findings[0]?.text).toMatch(/min-replicas-to-write is 0.*Have 2 replicas/)
  })

  it('that has more than it wants is well', async () => {
    await attachReplica()
    await wanting(1)
    expect(await storeOf().health()).toEqual({ healthy: true, findings: [] })
  })
})
