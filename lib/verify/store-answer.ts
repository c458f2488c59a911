import { outageFrom } from '../errors.js'
import { hasMethod } from '../options/kinds.js'

/**
 * Asks a store, and judges what it answers. Whatever the store throws is an outage; what the judge throws is a decision.
 *
 * A store may answer at once. Then nothing waits: to wait for what is at hand costs more than a key at hand does.
 */
export function answerOf<T>(ask: () => unknown, judge: (answer: unknown) => T): T | Promise<T> {
  let answer: unknown
  try {
    answer = ask()
    if (hasMethod(answer, 'then')) return Promise.resolve(answer).then(judge, failed)
  } catch (thrown) {
    failed(thrown)
  }
  return judge(answer)
}

function failed(thrown: unknown): never {
  throw outageFrom(thrown)
}
