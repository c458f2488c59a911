import type { OutageCode, RefusalCode } from '../errors.js'

/** A token was good and is now used up. */
export interface VerifierAcceptedEvent {
  readonly type: 'accepted'
  /** Epoch seconds by the verifier's clock. */
  readonly time: number
  readonly projectId: string
  readonly kid: string
  readonly alg: string
}

interface Unsuccessful {
  readonly time: number
  /** What the caller was told. */
  readonly description: string
  /** The true reason, where the caller was not told it. */
  readonly cause?: string
  /**
   * What the token said of itself. Before the signature is verified (`token_not_verified` and earlier) anyone can write that.
   */
  readonly unverifiedProjectId?: string
  readonly unverifiedKid?: string
  /** With `audience_mismatch`: the token's aud. */
  readonly unverifiedAudience?: string
  /** With `origin_not_allowed`: the Origin header of the request. */
  readonly origin?: string
}

/** A token was refused. */
export interface VerifierRefusedEvent extends Unsuccessful {
  readonly type: 'refused'
  readonly code: RefusalCode
}

/** A token could not be checked. */
export interface VerifierUnavailableEvent extends Unsuccessful {
  readonly type: 'unavailable'
  readonly code: OutageCode
}

/**
 * What became of one token. Holds no token, no signature and no key. Frozen, because all listeners get the same one.
 *
 *     { "type": "refused", "code": "token_not_verified", "time": 1790000000, "description": "The token could not ...",
 *       "cause": "the key is revoked", "unverifiedProjectId": "shop", "unverifiedKid": "key-1" }
 *
 * The values are data, as they are: compare them, store them, look them up. What the token or the request says of itself
 * (`unverified...`, `origin`) and `cause` are cut at 256 characters and otherwise untouched: they may hold line ends, terminal
 * escapes and text that turns direction. Write them to a log with `eventLine`, to a page as text.
 */
export type VerifierEvent = VerifierAcceptedEvent | VerifierRefusedEvent | VerifierUnavailableEvent
