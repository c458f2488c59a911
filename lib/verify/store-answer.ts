import { outageFrom } from '../errors.js'
import type { OutageReason } from '../http/refusals.js'
import { hasMethod } from '../options/kinds.js'

/**
 * The promise of a store, or undefined for an answer that is at hand: to wait for that would cost more than the answer.
 *
 * It is a promise of this package, whatever the store's is. What that rejects with becomes an outage for `reason`, unless it says
 * another. Throws what the answer throws when it is looked at.
 */
export function promisedBy(answer: unknown, reason: OutageReason): Promise<unknown> | undefined {
  return hasMethod(answer, 'then') ? awaited(answer, reason) : undefined
}

async function awaited(answer: unknown, reason: OutageReason): Promise<unknown> {
  try {
    return await answer
  } catch (thrown) {
    throw outageFrom(thrown, reason)
  }
}
