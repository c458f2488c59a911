import { LRUCache } from 'lru-cache'

const maxSets = 10_000
/** While somebody calls a set is read every five minutes. What was not read for so long is not asked for any more. */
const forgetAfterMs = 900_000

/** How many projects have a key set that could not be read when it was read last. */
export class FailingSets {
  /** By the monotonic clock: each is gone by itself when it was not told of again. */
  private readonly failing = new LRUCache<string, true>({
    max: maxSets,
    ttl: forgetAfterMs,
    ttlResolution: 0,
  })

  note(projectId: string, hasFailed: boolean): void {
    if (hasFailed) this.failing.set(projectId, true)
    else this.failing.delete(projectId)
  }

  get count(): number {
    this.failing.purgeStale()
    return this.failing.size
  }
}
