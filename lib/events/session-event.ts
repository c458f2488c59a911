import type { OutageReason } from '../http/refusals.js'

/** A session was made, in exchange for a project token. */
export interface SessionIssuedEvent {
  readonly type: 'session.issued'
  /** A UUID. */
  readonly id: string
  /** Epoch seconds. */
  readonly time: number
  /** `jti` of the session. */
  readonly sessionId: string
  readonly projectId: string
  /** Of the project key whose token was exchanged. */
  readonly kid: string
  readonly scopes: readonly string[]
  /** Of the page that may use it. */
  readonly origin?: string
  /** Of the customer's page, where that one is a page of the platform's own that is embedded there. */
  readonly embedder?: string
  readonly expiresAt: number
}

/** Sessions were ended before they expire. */
export interface SessionRevokedEvent {
  readonly type: 'session.revoked'
  readonly id: string
  readonly time: number
  readonly projectId: string
  /** Absent: all of the project, or of the key. */
  readonly sessionId?: string
  readonly kid?: string
  /** `holder`: whoever had the session ended it, at the revocation endpoint. */
  readonly by: string
  readonly reason: string
}

/** A session could not be made, or signing keys could not be read. `id` of the first is in its answer. */
export interface SessionFailedEvent {
  readonly type: 'session.failed' | 'signing_keys.failed'
  readonly id: string
  readonly time: number
  readonly reason: OutageReason
  readonly projectId?: string
  /** In words. */
  readonly cause?: string
}

/**
 * What becomes of sessions where they are issued. What became of the project tokens is told by the verifier, with the face `exchange`.
 * Frozen; holds no token and no key.
 */
export type SessionIssuerEvent = SessionIssuedEvent | SessionRevokedEvent | SessionFailedEvent
export type SessionIssuerEventListener = (event: SessionIssuerEvent) => unknown
