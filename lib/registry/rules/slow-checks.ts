import { setImmediate } from 'node:timers/promises'
import { RegistryError } from '../registry-error.js'

/**
 * The slowest check, that of an RSA key of 4,096 bits, takes a tenth of a second: the last one waits for little more than three
 * seconds.
 */
const maxWaiting = 32

let waiting = 0
let last: Promise<unknown> = Promise.resolve()

/**
 * Takes the steps of a check one a turn of the event loop: whoever else uses this process is served in between. One check at a
 * time, whatever the registry; one that needs no second step does not wait. Throws `conflict` while 32 wait or are under way.
 */
export async function inTurn<T>(steps: Generator<undefined, T, undefined>): Promise<T> {
  const first = steps.next()
  if (first.done === true) return first.value
  if (waiting >= maxWaiting) {
    throw new RegistryError(
      'conflict',
      'Too many RSA keys are being registered at once. Nothing was changed; try again shortly.',
    )
  }
  waiting++
  const turn = last
    .then(() => finished(steps))
    .finally(() => {
      waiting--
    })
  last = turn.catch(() => undefined)
  return turn
}

async function finished<T>(steps: Generator<undefined, T, undefined>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await setImmediate()
  }
}
