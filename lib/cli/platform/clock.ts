import { isAnswer, jsonOf, type Answer, type Outcome } from '../network/ask.js'
import { fail, ok, skip, warn, type Verdict } from './verdict.js'

const maxGood = 2
const maxBearable = 5
const fix =
  'Set the clock that is wrong, by NTP. Most platforms refuse tokens when the clocks are more than 10 s apart'

/**
 * `clock`: how far the clocks are apart, at least. A time on the wire is cut to whole seconds, and it was written at some moment between
 * the question and its answer, so a clock that may be right is said to be right.
 */
export function checkClock(outcomes: readonly Outcome[]): Verdict {
  const answers = outcomes.filter(isAnswer)
  // What stands in front of a platform may have a clock of its own, and write the header Date.
  const ofVerifier = answers.flatMap((answer) => offsetOf(answer, serverTimeIn(answer)))
  const offsets = ofVerifier.length > 0 ? ofVerifier : answers.flatMap((one) => offsetOf(one, dateIn(one)))
  const [least] = offsets.toSorted((one, other) => Math.abs(one) - Math.abs(other))
  if (least === undefined) return skip('no answer of the platform says its time')
  const apart = Math.abs(least)
  if (apart <= maxGood) return ok("the platform's is that of this machine, to within 2 s")
  const text = `the platform's is ${inWords(apart)} ${least > 0 ? 'ahead of' : 'behind'} that of this machine`
  return apart <= maxBearable ? warn(text, fix) : fail(text, fix)
}

/** How far the platform is ahead, as little as may be; negative where it is behind. `time` is cut to whole seconds. */
function offsetOf({ askedAt, answeredAt }: Answer, time: number | undefined): readonly number[] {
  if (time === undefined) return []
  return [Math.max(0, time - answeredAt) + Math.min(0, time + 1 - askedAt)]
}

function serverTimeIn(answer: Answer): number | undefined {
  const { server_time: time } = jsonOf(answer) ?? {}
  return typeof time === 'number' ? Math.floor(time) : undefined
}

function dateIn({ headers: { date, age } }: Answer): number | undefined {
  // A cache has kept it for a while.
  if (age !== undefined || date === undefined) return undefined
  const time = Date.parse(date) / 1000
  return Number.isFinite(time) ? time : undefined
}

function inWords(seconds: number): string {
  if (seconds < 180) return `${Math.ceil(seconds)} s`
  const hours = seconds / 3_600
  if (hours < 3) return `${Math.round(seconds / 60)} minutes`
  return hours < 72 ? `${Math.round(hours)} hours` : 'more than two days'
}
