import type { HostedKeyView, KeyView, ProjectView } from './views.js'

export type AuditAction =
  | 'project.created'
  | 'project.updated'
  | 'project.suspended'
  | 'project.resumed'
  | 'project.deleted'
  | 'sessions.ended'
  | 'key.generated'
  | 'key.registered'
  | 'key.confirmed'
  | 'key.rotated'
  | 'key.revoked'
  | 'key_set.registered'
  | 'key_set.confirmed'
  | 'key_set.changed'
  | 'key_set.removed'

/** What a change is about, before it or after it: only what the change touched. */
export interface AuditSnapshot {
  readonly project?: ProjectView
  readonly keys?: readonly KeyView[]
  readonly hostedKeys?: readonly HostedKeyView[]
}

/**
 * Who changed what, and when. Written together with the change, and never altered. Holds no secret: no private key, no nonce.
 *
 *     { "id": 7, "at": 1790000000, "by": "ops@platform.example", "action": "key.revoked", "projectId": "shop",
 *       "kid": "key-1", "reason": "exposed", "before": { "keys": [...] }, "after": { "keys": [...] } }
 */
export interface AuditRecord {
  /** Grows with time. */
  readonly id: number
  /** Epoch seconds. */
  readonly at: number
  readonly by: string
  readonly action: AuditAction
  readonly projectId: string
  readonly kid?: string
  readonly reason?: string
  readonly before: AuditSnapshot
  readonly after: AuditSnapshot
}
