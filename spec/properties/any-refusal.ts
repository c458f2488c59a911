import { expect } from '@jest/globals'
import { AuthenticationError, ReverseJwtError, StoreError } from '../../lib/index.js'
import { answers, challengeOf, type Code } from '../helpers/refusals.js'

/**
 * The code with which it was refused. Fails when it was accepted, when anything but an error of ours came out, and when the
 * error is not what the table says of its code.
 */
export async function refusalOf(outcome: Promise<unknown>): Promise<Code> {
  const thrown: unknown = await outcome.then(
    () => new Error('accepted'),
    (reason: unknown) => reason,
  )
  if (!(thrown instanceof ReverseJwtError)) throw new Error('not refused in our way', { cause: thrown })
  const { code } = thrown
  const [status, error, retry] = answers[code]
  const wanted = [
    status,
    error,
    retry,
    challengeOf(code, thrown.description),
    `${thrown.name}: ${thrown.description}`,
  ]
  const got = [thrown.status, thrown.error, thrown.retry, thrown.challenge, thrown.stack]
  const kind = status === 503 ? StoreError : AuthenticationError
  // Compared by hand first: expect takes longer than a verification.
  if (thrown.constructor !== kind || wanted.some((value, index) => value !== got[index])) {
    expect([thrown.constructor, ...got]).toEqual([kind, ...wanted])
  }
  return code
}
