/** One use of a token. Times are epoch seconds and may have fractions. */
export interface TokenUse {
  readonly projectId: string
  /** Unique within the project, not beyond it. 1 to 256 characters. */
  readonly jti: string
  /** Until when the use must be remembered: exp, plus the clock tolerance, plus a minute for clocks that differ. */
  readonly expiresAt: number
  /** The earliest moment at which the token could have been used: a store that lost its memory later cannot vouch for it. */
  readonly acceptableFrom: number
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
}
