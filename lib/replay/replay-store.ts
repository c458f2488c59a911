/**
 * How much longer than any verifier of the store accepts it a used jti is kept, in seconds: the clocks of two verifiers differ,
 * and that of the store from both.
 */
export const replayMargin = 60

/** One use of a token. Times are epoch seconds and may have fractions. */
export interface TokenUse {
  readonly projectId: string
  /** Unique within the project, not beyond it. 1 to 256 characters. */
  readonly jti: string
  /**
   * Until when the use must be remembered: exp, plus the store's ceiling of the clock tolerance, plus a minute for clocks that
   * differ.
   */
  readonly expiresAt: number
  /**
   * The earliest moment at which a verifier within the store's ceilings could have accepted the token: a store that lost its
   * memory later cannot say whether it was used.
   */
  readonly acceptableFrom: number
  /** What the verifier's clock said when it began with the token. */
  readonly now: number
}

/**
 * What a replay store covers, in seconds: the same for every verifier and every instance that share it, whichever of them saw a
 * token. No verifier has limits above them.
 */
export interface ReplayCeilings {
  /** At most 3600. */
  readonly maxLifetime: number
  /** At most 60. */
  readonly clockTolerance: number
}

/** A verifier, as a replay store gets to know it: what it accepts at most, in seconds, and its clock. */
export interface BoundVerifier extends ReplayCeilings {
  /** Epoch seconds. */
  readonly clock: () => number
}

/**
 * Remembers which tokens have been used.
 *
 * `consume` returns true the first time a (projectId, jti) is presented and false every time after, also when both
 * arrive at once. It throws when it cannot tell, for example `new StoreError('replay_store_full')`: the caller is then answered
 * 503. It must look and write in one atomic step; find-then-save lets two through. It keeps the two parts apart:
 * ("p1", "2x") and ("p12", "x") are two tokens.
 */
export interface ReplayStore {
  consume(use: TokenUse): boolean | Promise<boolean>

  /**
   * Called by `createVerifier` with the limits of the verifier and its clock, which is the only one: `now` of each `TokenUse`
   * was read from it, and a store that has to look again looks at it. Returns the store's ceilings, with which the times of
   * every `TokenUse` of that verifier are computed; throws a TypeError where the limits are above them, or for a second clock.
   * A store without `bind`, or whose `bind` returns nothing, is given uses that cover the most that a verifier can accept: 3600
   * and 60. A store that wraps another one passes the call on, and returns what the other one does.
   */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- A bind without `return` is one that returns nothing.
  bind?(verifier: BoundVerifier): ReplayCeilings | void
}
