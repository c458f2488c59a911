import { expect, it } from '@jest/globals'
import '../../helpers/longer-time-limit.js'
import { race } from '../../helpers/race.js'

it.each([
  ['accept', 5000],
  ['refuse', 2000],
] as const)(
  'lets each token in exactly once that four processes are shown ten times at once, told to %s after a loss (%d tokens)',
  async (afterDataLoss, tokens) => {
    expect(await race({ tokens, times: 10, processes: 4, afterDataLoss })).toEqual({
      acceptedOnce: tokens,
      acceptedTwice: 0,
      neverAccepted: 0,
      replayed: 9 * tokens,
      otherwise: 0,
    })
  },
  300_000,
)
