import { outageFrom } from '../errors.js'
import type { OutageReason } from '../http/refusals.js'
import { hasMethod } from '../options/kinds.js'

/**
 * The promise of a store, or undefined for an answer that is at hand: to wait for that costs more than a key at hand does.
 *
 * What the store's promise rejects with becomes an outage for `reason`, unless it says another. Throws what the answer throws
 * when it is looked at.
 */
export function promisedBy(answer: unknown, reason: OutageReason): Promise<unknown> | undefined {
  if (!hasMethod(answer, 'then')) return undefined
  // The promise may have a then of its own, which judges nothing.
  return Promise.prototype.then.call(Promise.resolve(answer), undefined, (thrown: unknown) => {
    throw outageFrom(thrown, reason)
  })
}
