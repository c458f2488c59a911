import { StoreError } from '../errors.js'
import { callback } from '../options/kinds.js'

/** Epoch seconds, with fractions. */
export type Clock = () => number

/** The system's. One function, so that two users of it can be seen to have the same clock. */
export const systemClock: Clock = () => Date.now() / 1000

/** The option `clock`. */
export const clock = callback('that returns epoch seconds', systemClock)

/** Seconds since `performance.now()` said this: by the monotonic clock, which nobody sets. */
export function secondsSince(moment: number): number {
  return (performance.now() - moment) / 1000
}

/** What a clock says. Without the time nothing can be decided: a clock that throws, or says what is no time, is an outage. */
export function readClock(read: Clock): number {
  let now: number
  try {
    now = read()
  } catch (cause) {
    throw new StoreError('store_unavailable', { cause, reason: 'clock' })
  }
  if (!Number.isFinite(now))
    throw new StoreError('store_unavailable', {
      cause: 'the clock did not return epoch seconds',
      reason: 'clock',
    })
  return now
}

/** When something happened that cannot be undone any more: a clock that fails gives the system's time. */
export function timeOf(read: Clock): number {
  try {
    return readClock(read)
  } catch {
    return systemClock()
  }
}
