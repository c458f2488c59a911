import { StoreError } from '../errors.js'
import type { OutageReason } from '../http/refusals.js'

/** The outcome of a promise, or an outage when it takes longer. What it was waiting for may still happen. */
export async function within<T>(
  milliseconds: number,
  promise: Promise<T>,
  cause: string,
  reason?: OutageReason,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StoreError('store_unavailable', { cause, reason }))
    }, milliseconds)
    timer.unref()
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}
