import type { RevocationList } from './revocation-list.js'

/** What is looked at of a session. */
export interface SessionFacts {
  /** Its `jti`. */
  readonly id: string
  readonly projectId: string
  /** Of the project key whose token was exchanged for it: `proj_kid`. */
  readonly kid: string
  /** Epoch seconds. */
  readonly issuedAt: number
}

/**
 * Tells which sessions have ended before they expire: for who verifies them.
 *
 * `isRevoked` is asked for each session whose signature is good. It throws when it cannot tell, for example
 * `new StoreError('store_unavailable', { reason: 'revocations_stale' })`: the caller is then answered 503.
 */
export interface RevocationReader {
  isRevoked(session: SessionFacts): boolean | Promise<boolean>
  /** Resolves as soon as it can tell; rejects with what is in the way. */
  ready?(): Promise<void>
}

/** What to end: all sessions of a project, those of one of its keys, or one. */
export type SessionRevocation =
  | { readonly projectId: string; readonly kid?: string | undefined; readonly sessionId?: undefined }
  | {
      readonly projectId: string
      /** Its `jti`. */
      readonly sessionId: string
      /** Its `exp`, epoch seconds: nobody needs to remember it for longer. */
      readonly expiresAt: number
      readonly kid?: undefined
    }

/** Who ends sessions, and why. */
export interface RevocationCause {
  /** For the audit. */
  readonly by: string
  readonly reason: string
}

/**
 * Remembers which sessions have ended: for who issues them. Each method throws a `StoreError` when it cannot tell.
 */
export interface RevocationStore extends RevocationReader {
  /**
   * Ends sessions. Resolves when it is written. Nobody can end the sessions of another project by ending many of his own: from the
   * 101st single session of a project on it ends those of the project.
   *
   * Throws a TypeError for a `kid` whose key is not revoked: its holder would get the next session at once.
   */
  revoke(revocation: SessionRevocation, cause: RevocationCause): Promise<void>
  /** What has ended, for the platform's other services. */
  list(): Promise<RevocationList>
}
