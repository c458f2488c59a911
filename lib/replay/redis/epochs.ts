import { StoreError } from '../../errors.js'
import type { BoundClock } from '../bound-clock.js'
import { apartSentence, clocksApart } from './answers.js'
import { unexpected, type RedisCommands } from './client.js'
import type { RedisKeys } from './keys.js'
import { beginEpoch } from './scripts.js'
import type { TimelyAnswers } from './timely-answers.js'

const maxAtOnce = 256

interface Surroundings {
  readonly redis: RedisCommands
  readonly keys: RedisKeys
  readonly answers: TimelyAnswers
  readonly clock: BoundClock
}

/** The epochs of a Redis: one, or in a cluster one for each group of ids. */
export class Epochs {
  private readonly around: Surroundings
  private beginning: Promise<void> | undefined

  constructor(around: Surroundings) {
    this.around = around
  }

  /**
   * Begins an epoch wherever none is known, and ends those of servers whose clock is too far off. One run at a time. Rejects
   * with the first reason why one could not be begun, after all others.
   */
  beginEverywhere(): Promise<void> {
    this.beginning ??= this.begin().finally(() => (this.beginning = undefined))
    return this.beginning
  }

  /** In a cluster a whole server lost its memory, or its time, and not only one group: the others shall not find out one by one. */
  metOneWithout(): void {
    if (this.around.redis.cluster) this.beginEverywhere().catch(() => undefined)
  }

  private async begin(): Promise<void> {
    const keys = this.around.keys.epochs()
    const failures: unknown[] = []
    for (let at = 0; at < keys.length; at += maxAtOnce) {
      const some = keys.slice(at, at + maxAtOnce)
      const settled = await Promise.allSettled(some.map((key) => this.beginOne(key)))
      for (const one of settled) if (one.status === 'rejected') failures.push(one.reason)
    }
    if (failures.length > 0) throw failures[0]
  }

  private async beginOne(key: string): Promise<void> {
    const { redis, answers, clock } = this.around
    const begun = performance.now()
    const now = clock.read()
    const values = [now, answers.latest(now)].map(String)
    const answer = await answers.to(() => redis.run(beginEpoch, [key], values), begun)
    if (answer === 'begun' || answer === 'known') return
    const apart = clocksApart(answer)
    throw new StoreError('store_unavailable', {
      cause: apart === undefined ? unexpected : apartSentence(apart.seconds),
      reason: apart === undefined ? 'replay_store_failed' : 'clock',
    })
  }
}
