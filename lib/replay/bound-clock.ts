import { StoreError } from '../errors.js'
import { readClock, systemClock, type Clock } from '../time/clock.js'
import { replayMargin, type TokenUse } from './replay-store.js'

/**
 * A clock by which a use is remembered is less than this away from the verifier's. Half of the margin: one that is behind may
 * keep a use, one that is ahead may look for it.
 */
export const maxSecondsApart = replayMargin / 2

/** The time of a use. Who rebuilds a use must not lose it. */
export function timeOf({ now }: TokenUse): number {
  if (Number.isFinite(now)) return now
  throw new StoreError('store_unavailable', {
    cause: 'the use of the token has no now, the epoch seconds of the verifier',
    reason: 'clock',
  })
}

/** The clock of the verifiers that share a store: the store has none of its own. */
export class BoundClock {
  private clock: Clock | undefined

  /** Throws a TypeError for a second clock: two of them would disagree on what has expired. */
  bind(clock: Clock): void {
    if (this.clock !== undefined && this.clock !== clock) {
      throw new TypeError(
        'createVerifier: clock is not that of the other verifier with this replay store; give both the same function, or each a store of its own',
      )
    }
    this.clock = clock
  }

  /** The time. The system's until a verifier is bound. */
  read(): number {
    return readClock(this.clock ?? systemClock)
  }

  /**
   * The time, for a store that has to look again: the process may have stood still since the verifier read that of the use. A
   * store that wraps this one and does not pass `bind` on leaves the system's clock, which must agree with that of the
   * verifier.
   */
  readAgain(use: TokenUse): number {
    const then = timeOf(use)
    const now = this.read()
    if (this.clock === undefined && !(Math.abs(now - then) < maxSecondsApart)) {
      throw new StoreError('store_unavailable', {
        cause:
          'the replay store is not bound to its verifier, and their clocks differ; what wraps it must pass bind on',
        reason: 'clock',
      })
    }
    return now
  }
}
