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
      return Promise.resolve(answer).then(judge, (thrown: unknown) => {
        throw outageFrom(thrown, reason)
      })
    }
  } catch (thrown) {
    throw outageFrom(thrown, reason)
  }
  return judge(answer)
}
