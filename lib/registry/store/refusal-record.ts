import type { EventFace } from '../../events/verifier-event.js'
import type { OutageCode, OutageReason, RefusalCode, RefusalReason } from '../../http/refusals.js'

/**
 * Why one call was refused, as `recordEvents` has kept it. Times are epoch seconds. As in the event, members without a prefix were
 * verified, but for `origin`; what begins with `unverified` anyone can have written.
 */
export interface RefusalRecord {
  /** As in the answer, without `urn:uuid:`. */
  readonly id: string
  readonly at: number
  /** `session.failed`: a good token, for which no session could be signed. */
  readonly type: 'refused' | 'unavailable' | 'session.failed'
  /** What the caller was told. */
  readonly code: RefusalCode | OutageCode
  /** The true reason. To a project, of an outage: the code. */
  readonly reason: RefusalReason | OutageReason | OutageCode
  readonly signature?: 'good' | 'bad' | 'unchecked'
  readonly projectId?: string
  readonly kid?: string
  /** The Origin header of the request. */
  readonly origin?: string
  readonly face?: EventFace
  /** What the caller was told, in words. */
  readonly description?: string
  readonly unverifiedProjectId?: string
  readonly unverifiedKid?: string
  readonly unverifiedAudience?: string
  /** `iat` and `exp` of the token. */
  readonly issuedAt?: number
  readonly expiresAt?: number
  /** With `key_revoked`: when. */
  readonly revokedAt?: number
  /** Where a time was the reason: by how many seconds. */
  readonly seconds?: number
}
