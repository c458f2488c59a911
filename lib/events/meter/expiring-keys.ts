import type { ExpiringKeySource } from '../../types.js'
import { secondsSince, systemClock } from '../../time/clock.js'
import { within } from '../../time/time-limit.js'

/** How long before its end a key counts. Seconds. */
const ahead = 7 * 24 * 3600
/** Seconds between two reads. */
const interval = 60
/** A read of metrics does not wait for a store for longer. */
const timeoutMs = 2_000

/** How many keys end soon, asked of a store once a minute at most. Undefined: the store could not tell. */
export function expiringKeys(store: ExpiringKeySource): () => Promise<number | undefined> {
  let since = -Infinity
  let count: Promise<number | undefined> = Promise.resolve(undefined)
  return () => {
    if (secondsSince(since) < interval) return count
    since = performance.now()
    count = read(store)
    return count
  }
}

async function read(store: ExpiringKeySource): Promise<number | undefined> {
  try {
    const keys = await within(timeoutMs, store.expiringKeys(systemClock() + ahead), 'the store is late')
    return keys.length
  } catch {
    return undefined
  }
}
