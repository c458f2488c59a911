import cluster from 'node:cluster'
import { Redis } from 'ioredis'
import { MemoryReplayStore, type ReplayStore } from 'reverse-jwt'
import { RedisReplayStore } from 'reverse-jwt/redis'
import { CannotStart } from './environment.js'

/** Where used tokens are remembered: in Redis, for any number of processes, else in this one process. */
export interface OpenReplayStore {
  readonly replayStore: ReplayStore
  readonly close: () => void
}

export async function openReplayStore(redisUrl: string | undefined): Promise<OpenReplayStore> {
  if (redisUrl === undefined) return { replayStore: new MemoryReplayStore(), close: () => undefined }
  const client = new Redis(redisUrl)
  // While Redis is away, requests are answered 503, and the client goes on trying.
  client.on('error', () => undefined)
  const replayStore = new RedisReplayStore({ client })
  try {
    const { findings } = await replayStore.ready()
    // Once is enough, however many processes there are.
    if ((cluster.worker?.id ?? 1) === 1) {
      for (const { level, text } of findings) console.log('redis', level, text)
    }
  } catch (error) {
    client.disconnect()
    throw new CannotStart(`${(error as Error).message} (REDIS_URL)`)
  }
  return {
    replayStore,
    close: () => {
      client.disconnect()
    },
  }
}
