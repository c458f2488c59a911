/** What an alert is about: see docs/operations.md for what each fires at, and what to do. */
export type AlertRule =
  | 'revoked_key_used'
  | 'replay_burst'
  | 'origin_mismatch_burst'
  | 'times_refused'
  | 'clock_ahead'
  | 'clock_behind'
  | 'project_refused'
  | 'store_unavailable'
  | 'key_near_expiry'
  | 'key_set_failing'
  | 'private_key_published'
  | 'revocations_stale'
  | 'probing'

export type AlertSeverity = 'critical' | 'warning' | 'info'

/**
 * Something that somebody should look at. Holds no token, no signature and no key.
 *
 *     { "type": "alert.raised", "id": "0b9c...", "time": 1790000000, "rule": "revoked_key_used", "severity": "critical",
 *       "projectId": "shop", "kid": "key-1", "text": "A key that was revoked ...", "count": 1 }
 */
export interface AlertRaisedEvent {
  readonly type: 'alert.raised'
  /** A UUID. */
  readonly id: string
  /** Epoch seconds. */
  readonly time: number
  readonly rule: AlertRule
  readonly severity: AlertSeverity
  /** Whose tokens or keys it is about: verified, or from your store. Absent: it is about no single project. */
  readonly projectId?: string
  /** The key that it is about: verified, but for `private_key_published`, where the customer wrote it. */
  readonly kid?: string
  /** The project that tokens name without a proof: anyone can have written them. */
  readonly unverifiedProjectId?: string
  /** What happened and what to do, in words, printable ASCII. May be reworded. */
  readonly text: string
  /** How many events it fired at. */
  readonly count: number
  /** With `origin_mismatch_burst`: three of them at most. */
  readonly origins?: readonly string[]
  /** With the rules of clocks: by how many seconds the signer's is ahead; negative: how old the youngest token was. */
  readonly offset?: number
}

/** It has not happened again for two of its windows. */
export interface AlertEndedEvent {
  readonly type: 'alert.ended'
  readonly id: string
  readonly time: number
  readonly rule: AlertRule
  readonly projectId?: string
  readonly unverifiedProjectId?: string
}

export type AlertEvent = AlertRaisedEvent | AlertEndedEvent
