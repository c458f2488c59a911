import type { OutageCode, OutageReason, RefusalCode, RefusalReason } from '../http/refusals.js'

/**
 * Where a token was presented: to `reverseJwt`, to the Passport strategy, to a verifier itself, to the token endpoint of a session
 * issuer; `session`: a session, to who verifies sessions.
 */
export type EventFace = 'express' | 'passport' | 'verify' | 'exchange' | 'session'

/** What the verifier's events have in common. */
interface VerifierEventBase {
  /** A UUID. That of a refusal or an outage is in its answer, as `instance`: `urn:uuid:<id>`. */
  readonly id: string
  /** Epoch seconds by the verifier's clock. */
  readonly time: number
  /** How long the verification took, in seconds. */
  readonly duration: number
  readonly face: EventFace
  /** How long each store was waited for, in seconds. Absent where it answered at once or was not asked. */
  readonly storeSeconds?: StoreSeconds
}

export interface StoreSeconds {
  readonly key?: number
  readonly replay?: number
}

/** A token was good and is now used up. */
export interface VerifierAcceptedEvent extends VerifierEventBase {
  readonly type: 'accepted'
  readonly projectId: string
  readonly kid: string
  readonly alg: string
  readonly jti: string
  /** What it was granted. */
  readonly scopes: readonly string[]
  /** The Origin header of the request, if there was one. Outside a browser anyone can write it. */
  readonly origin?: string
  /** `iat` of the token, epoch seconds by the signer's clock. */
  readonly issuedAt?: number
  /** `exp` of the token. */
  readonly expiresAt: number
  /** When its key expires. */
  readonly keyNotAfter?: number
}

interface Unsuccessful extends VerifierEventBase {
  /** What the caller was told. */
  readonly description: string
  /** The true reason in words, where the caller was not told it. May be reworded; `reason` stays. */
  readonly cause?: string
  /**
   * `good`: somebody who holds the private half of the key signed this token. `bad`: nobody did who holds it. `unchecked`: it was
   * refused before, so anyone can have written it.
   */
  readonly signature: 'good' | 'bad' | 'unchecked'
  /** Whose token it is, exactly when `signature` is `good`. */
  readonly projectId?: string
  readonly kid?: string
  readonly jti?: string
  readonly issuedAt?: number
  readonly expiresAt?: number
  /** With `key_revoked`: when. */
  readonly revokedAt?: number
  /** What the token says of itself, where that is not verified. Anyone can write it. */
  readonly unverifiedProjectId?: string
  readonly unverifiedKid?: string
  /** With `audience_mismatch`: the token's aud. */
  readonly unverifiedAudience?: string
  /** The Origin header of the request, if there was one. */
  readonly origin?: string
}

/** A token was refused. */
export interface VerifierRefusedEvent extends Unsuccessful {
  readonly type: 'refused'
  readonly code: RefusalCode
  /** Never told to the caller where it says more than `code`. */
  readonly reason: RefusalReason
  /**
   * Where a time was the reason: since when the token or the key has expired or is revoked, until when it is not active, or how long
   * the token lives.
   */
  readonly seconds?: number
}

/** A token could not be checked. */
export interface VerifierUnavailableEvent extends Unsuccessful {
  readonly type: 'unavailable'
  readonly code: OutageCode
  readonly reason: OutageReason
}

/**
 * What became of one token, or of a request that had none. Holds no token, no signature and no key. Frozen, because all listeners
 * get the same one.
 *
 *     { "type": "refused", "id": "0b9c...", "time": 1790000000, "duration": 0.0006, "face": "express", "code": "token_not_verified",
 *       "reason": "key_revoked", "description": "The token could not ...", "cause": "the key is revoked", "signature": "good",
 *       "projectId": "shop", "kid": "key-1", "jti": "6f1c...", "issuedAt": 1789999990, "expiresAt": 1790000110,
 *       "revokedAt": 1789990000, "seconds": 10000 }
 *
 * Members without a prefix were verified, but for `origin`, which a browser vouches for and nobody else. `unverified...` is what the token
 * says of itself. The values are data, as they are: compare them, store them, look them up. What a caller chose and `cause` are cut at
 * 256 characters and otherwise untouched: they may hold line ends, terminal escapes and text that turns direction. Write
 * them to a log with `eventLine`, to a page as text.
 */
export type VerifierEvent = VerifierAcceptedEvent | VerifierRefusedEvent | VerifierUnavailableEvent
