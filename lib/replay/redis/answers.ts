import { maxSecondsApart } from '../bound-clock.js'
import { unexpected } from './client.js'

const outcomes = ['first', 'resent', 'replayed', 'loss', 'before the loss'] as const

/** What became of one token in Redis. */
export type Outcome = (typeof outcomes)[number]

/** A script refused to decide: the clock of Redis is too far ahead of the verifier's, or behind it. */
export interface ClocksApart {
  /** Above 0: Redis is ahead. */
  readonly seconds: number
  /** This was the first to be told so. What Redis forgets from here on counts as lost. */
  readonly endedEpoch: boolean
}

/** What a script answered to a use. */
export function consumptionOf(answer: string): Outcome | ClocksApart {
  const outcome = outcomes.find((one) => one === answer) ?? clocksApart(answer)
  if (outcome === undefined) throw new TypeError(unexpected)
  return outcome
}

/** What a script answers instead of what it was asked when the clocks are too far apart. */
export function clocksApart(answer: string): ClocksApart | undefined {
  const [, word, seconds] = /^(apart|ended) (-?\d+\.\d{3})$/.exec(answer) ?? []
  return word === undefined ? undefined : { seconds: Number(seconds), endedEpoch: word === 'ended' }
}

/** For whoever runs both. */
export function apartSentence(seconds: number): string {
  return `The clock of Redis is ${Math.round(Math.abs(seconds))} s ${seconds > 0 ? 'ahead of' : 'behind'} the verifier's; they must be less than ${maxSecondsApart} s apart. Let NTP set both.`
}

/** Why a question was not answered, for a sentence. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Partial<Error>
  return typeof cause === 'string' ? cause : (message ?? 'unknown reason')
}
