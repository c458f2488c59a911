import { isAnswer, jsonOf, type Answer, type Outcome } from './ask.js'
import { fail, ok, skip, warn, type Verdict } from './verdict.js'

const maxGood = 2
const maxBearable = 5
const fix =
  'Set the clock that is wrong by NTP. Unless it says otherwise, a platform refuses tokens when it is 10 s apart from who signs'

/**
 * `clock`: how far the clocks are apart, at least. A time on the wire is cut to whole seconds, and it was written at some moment between
 * the question and its answer, so a clock that may be right is said to be right.
 */
export function checkClock(outcomes: readonly Outcome[]): Verdict {
  const offsets = outcomes.filter(isAnswer).flatMap(offsetOf)
  const [least] = offsets.sort((one, other) => Math.abs(one) - Math.abs(other))
  if (least === undefined) return skip('no answer of the platform says its time')
  const apart = Math.abs(least)
  if (apart <= maxGood) return ok("the platform's is that of this machine, to within 2 s")
  const text = `the platform's is ${inWords(apart)} ${least > 0 ? 'ahead of' : 'behind'} that of this machine`
  return apart <= maxBearable ? warn(text, fix) : fail(text, fix)
}

/** How far it is ahead, as little as may be; negative where it is behind. */
function offsetOf(answer: Answer): readonly number[] {
  const time = timeIn(answer)
  if (time === undefined) return []
  const { askedAt, answeredAt } = answer
  return [Math.max(0, time - answeredAt) + Math.min(0, time + 1 - askedAt)]
}

/** Epoch seconds, cut to whole ones. That of who verifies comes first: what stands in front may have a clock of its own. */
function timeIn(answer: Answer): number | undefined {
  const { server_time: serverTime } = jsonOf(answer) ?? {}
  if (typeof serverTime === 'number') return Math.floor(serverTime)
  const { date, age } = answer.headers
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
