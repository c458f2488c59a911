/** A project whose sessions have ended: those that were issued up to `before`, or all. Epoch seconds. */
export interface EndedProject {
  readonly project: string
  readonly before?: number
}

/** A key of a project, all of whose sessions have ended. */
export interface EndedKey {
  readonly project: string
  readonly kid: string
}

/** One session that has ended, by its `jti`, and when it would have expired. */
export interface EndedSession {
  readonly session: string
  readonly until: number
}

export type RevocationEntry = EndedProject | EndedKey | EndedSession

/** Which sessions have ended before they expire. Times are epoch seconds. */
export interface RevocationList {
  /** By the clock of where it is kept, with fractions: of two lists the later one holds. */
  readonly generatedAt: number
  /** All sessions of all projects that were issued up to then have ended: there were too many entries to list. */
  readonly allBefore?: number
  readonly revocations: readonly RevocationEntry[]
}

/**
 * Seconds for which a revoked key and a suspended project are listed. Whoever verifies project tokens may know a key for an hour
 * (`ttl` of `CachedKeyStore`), a session lives for an hour at most, and clocks differ by a minute.
 */
export const retention = 7_260

/** How far the clocks of those who issue sessions may be ahead, in seconds. */
export const issuersTolerance = 10

/** Seconds for which somebody may take a session that has expired: the largest tolerance, and clocks that differ by a minute. */
export const acceptedAfterExpiry = 120
