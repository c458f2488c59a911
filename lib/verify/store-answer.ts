import { outageFrom, type OutageReason } from '../errors.js'
import { hasMethod } from '../options/kinds.js'

/**
 * Asks a store, and judges what it answers. Whatever the store throws is an outage, for `reason` unless it says another; what the
 * judge throws is a decision.
 *
 * A store may answer at once. Then nothing waits: to wait for what is at hand costs more than a key at hand does.
 */
export function answerOf<T>(
  ask: () => unknown,
  judge: (answer: unknown) => T,
  reason: OutageReason,
): T | Promise<T> {
  let answer: unknown
  try {
    answer = ask()
    if (hasMethod(answer, 'then')) {
      // The promise may have a then of its own, which judges nothing.
      return Promise.prototype.then.call(Promise.resolve(answer), judge, (thrown: unknown) => {
        throw outageFrom(thrown, reason)
      }) as Promise<T>
    }
  } catch (thrown) {
    throw outageFrom(thrown, reason)
  }
  return judge(answer)
}
