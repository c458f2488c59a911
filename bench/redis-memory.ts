import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { RedisReplayStore } from '../lib/replay/redis/index.js'
import { RedisServer } from '../spec/helpers/redis-server.js'
import { inFlight } from './in-flight.js'
import { lifetime, projectId } from './platform.js'
import { cell, type Table, type Verdict } from './results.js'
import { targets } from './targets.js'

/** What a used id weighs in Redis: `used_memory` before and after so many. */
export async function redisMemory(ids: number): Promise<{ table: Table; verdict: Verdict }> {
  const server = await RedisServer.start({ 'maxmemory-policy': 'noeviction' })
  const client = new Redis(server.port, server.host)
  try {
    const store = new RedisReplayStore({ client, timeoutMs: 10_000, projectRate: 10_000_000 })
    await store.ready()
    const before = Number(await server.info('used_memory'))
    const start = performance.now()
    await inFlight(ids, 500, (_, done, failed) => {
      const now = Math.floor(Date.now() / 1000)
      const use = { projectId, jti: randomUUID(), expiresAt: now + lifetime, acceptableFrom: now, now }
      store.consume(use).then((first) => {
        if (first) done()
        else failed(new Error('an id came twice'))
      }, failed)
    })
    const seconds = (performance.now() - start) / 1e3
    const bytes = cell((Number(await server.info('used_memory')) - before) / ids, 'bytes')
    const count = ids.toLocaleString('en')
    return {
      table: {
        title: 'Memory of a used id in Redis',
        text: `${count} ids through \`RedisReplayStore\` and ioredis, one connection, 500 in flight. Redis doubles its table when it is full, so the number of ids matters: here the table is filled to 95 %.`,
        columns: ['bytes an id', 'ids/s'],
        rows: [{ name: 'RedisReplayStore', cells: [bytes, cell(ids / seconds, '/s')] }],
      },
      verdict: {
        target: `Redis, ${count} used ids: memory an id`,
        reached: bytes,
        atMost: targets.maxBytesAnIdInRedis,
      },
    }
  } finally {
    client.disconnect()
    await server.remove()
  }
}
