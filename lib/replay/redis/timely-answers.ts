import { StoreError } from '../../errors.js'
import { within } from '../../time/time-limit.js'

/** A client that has lost its connection may queue commands without end. */
const maxUnanswered = 10_000
const notInTime = 'Redis did not answer in time'
const late = 'replay_store_late'

/** Asks Redis, and waits only so long for what it answers. */
export class TimelyAnswers {
  private readonly timeoutMs: number
  private unanswered = 0

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs
  }

  /** The last moment at which an answer counts, for who looked at the clock `now`. The clock ticks in milliseconds. */
  latest(now: number): number {
    return now + (this.timeoutMs + 1) / 1000
  }

  /**
   * One question, within the time limit since `begun`, of `performance.now()`. What comes later is dropped: the caller has been
   * told that we cannot tell.
   */
  async to<T>(send: () => Promise<T>, begun: number): Promise<T> {
    if (this.unanswered >= maxUnanswered) {
      throw new StoreError('store_unavailable', {
        cause: 'too many commands wait for Redis',
        reason: 'busy',
      })
    }
    const sent = send()
    this.unanswered++
    const done = () => {
      this.unanswered--
    }
    sent.then(done, done)
    const answer = await within(this.timeoutMs, sent, notInTime, late)
    // A busy event loop may read a late answer before it looks at its timers.
    if (performance.now() - begun > this.timeoutMs)
      throw new StoreError('store_unavailable', { cause: notInTime, reason: late })
    return answer
  }
}
