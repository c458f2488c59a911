import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { RedisReplayStore, type AfterDataLoss, type RedisClient } from '../lib/replay/redis/index.js'
import { metLongAgo } from '../spec/helpers/redis-epochs.js'
import { RedisServer } from '../spec/helpers/redis-server.js'
import { inFlight } from './in-flight.js'
import { interleave, ratio, spread, type Turn } from './interleave.js'
import { lifetime, projectId } from './platform.js'
import type { ReplaySize } from './replay.js'
import { cell, type Part } from './results.js'
import { targets } from './targets.js'

const atOnce = 64

type Use = (jti: string) => Promise<boolean>

/** Consumptions a second with each library and for each `afterDataLoss`, one connection each, and what they cost Redis. */
export async function replayInRedis({ rounds, warmUp, batch }: ReplaySize): Promise<Part> {
  const server = await RedisServer.start({ 'maxmemory-policy': 'noeviction' })
  const ioredis = new Redis(server.port, server.host)
  const pipelining = new Redis(server.port, server.host, { enableAutoPipelining: true })
  const nodeRedis = createClient({ url: server.url })
  nodeRedis.on('error', console.error)
  try {
    await nodeRedis.connect()
    const users: Readonly<Record<string, Use>> = {
      ioredis: await useOf(ioredis, 'accept'),
      "ioredis, 'refuse'": await useOf(ioredis, 'refuse'),
      'ioredis, auto-pipelining': await useOf(pipelining, 'accept'),
      "ioredis, auto-pipelining, 'refuse'": await useOf(pipelining, 'refuse'),
      'node-redis': await useOf(nodeRedis, 'accept'),
      "node-redis, 'refuse'": await useOf(nodeRedis, 'refuse'),
      'ioredis, a bare SET': async (jti) =>
        (await ioredis.set(`{bare}${jti}`, 'used', 'EX', 190, 'NX', 'GET')) === null,
    }
    await metLongAgo(server)
    const cpu = new Map<string, number[]>()
    const contestants = Object.fromEntries(
      Object.entries(users).map(([name, use]) => [
        name,
        async (round: number) => {
          const before = await cpuOf(server)
          await useMany(batch, use)
          const each = ((await cpuOf(server)) - before) / batch
          if (round >= warmUp) cpu.set(name, [...(cpu.get(name) ?? []), each])
        },
      ]),
    )
    const flush = async () => {
      // Not the epochs: what is used is under names of its own.
      await server.command(
        'EVAL',
        "for _, k in ipairs(redis.call('KEYS', '*{*')) do redis.call('DEL', k) end",
        0,
      )
    }
    const turns = await interleave(contestants, rounds, warmUp, flush)
    const of = (name: string): readonly Turn[] => turns[name] ?? []
    const against = (name: string, base: string) => cell(ratio(of(base), of(name), 'wall'), 'ratio')
    return {
      tables: [
        {
          title: 'RedisReplayStore',
          text: `${atOnce} in flight, one connection, Redis ${(await server.info('redis_version')) ?? ''} on the same machine without an append-only file. The bare \`SET\` compares no clocks and hashes no id.`,
          columns: ['ids/s', "of ioredis'", 'CPU time here an id', 'CPU time of Redis an id'],
          rows: Object.keys(users).map((name) => ({
            name,
            cells: [
              cell(spread(of(name).map(({ wall }) => (batch * 1e9) / wall)), '/s'),
              against(name, 'ioredis'),
              cell(spread(of(name).map(({ main }) => main / batch / 1e3)), 'µs'),
              cell(spread(cpu.get(name) ?? []), 'µs'),
            ],
          })),
        },
      ],
      verdicts: ['ioredis', 'ioredis, auto-pipelining', 'node-redis'].map((name) => ({
        target: `RedisReplayStore, ${name}, ${atOnce} in flight: ids/s with 'refuse' as a share of 'accept'`,
        reached: against(`${name}, 'refuse'`, name),
        atLeast: targets.minRefuseOfAccept,
      })),
    }
  } finally {
    ioredis.disconnect()
    pipelining.disconnect()
    nodeRedis.destroy()
    await server.remove()
  }
}

async function useOf(client: RedisClient, afterDataLoss: AfterDataLoss): Promise<Use> {
  const store = new RedisReplayStore({ client, afterDataLoss, timeoutMs: 10_000, projectRate: 100_000_000 })
  await store.ready()
  return (jti) => {
    const now = Date.now() / 1000
    return store.consume({ projectId, jti, expiresAt: now + lifetime, acceptableFrom: now, now })
  }
}

function useMany(count: number, use: Use): Promise<void> {
  return inFlight(count, atOnce, (_, done, failed) => {
    use(randomUUID()).then((first) => {
      if (first) done()
      else failed(new Error('an id came twice'))
    }, failed)
  })
}

/** Microseconds that the server has worked so far. */
async function cpuOf(server: RedisServer): Promise<number> {
  const [user, system] = [await server.info('used_cpu_user'), await server.info('used_cpu_sys')]
  return (Number(user) + Number(system)) * 1e6
}
