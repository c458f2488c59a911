import { expect, it } from '@jest/globals'
import '../../helpers/patience.js'
import { race } from '../../helpers/race.js'

it.each([
  ['default', 20_000],
  ['strict', 2000],
] as const)(
  'lets each token in exactly once that four processes are shown ten times at once, in %s mode (%d tokens)',
  async (mode, tokens) => {
    expect(await race({ tokens, times: 10, processes: 4, mode })).toEqual({
      acceptedOnce: tokens,
      acceptedTwice: 0,
      neverAccepted: 0,
      replayed: 9 * tokens,
      otherwise: 0,
    })
  },
  300_000,
)
