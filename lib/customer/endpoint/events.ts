import type { TokenRefusalCode } from './refusals.js'

interface Asked {
  /** Epoch seconds. */
  readonly time: number
  /** The Origin header of the request, if it had one. */
  readonly origin?: string
  /** That of the grant, where it came so far. */
  readonly subject?: string
}

/** A page was given a token. */
export interface TokenMintedEvent extends Asked {
  readonly type: 'minted'
  /** The scope claim. Absent: all scopes of the project. */
  readonly scope?: string
}

/** A page was refused a token. */
export interface TokenRefusedEvent extends Asked {
  readonly type: 'refused'
  readonly code: TokenRefusalCode
  /** The sentence that the caller was told. */
  readonly description: string
  /** The Sec-Fetch-Site header of the request, if it had one. */
  readonly site?: string
}

/** No token, because `authorize`, `limit` or the signer threw, or returned what it must not. */
export interface TokenFailedEvent extends Asked {
  readonly type: 'failed'
  /** The message of what was thrown, cut at 256 characters. Your error handler gets the error itself. */
  readonly cause?: string
}

/**
 * What became of one request for a token.
 *
 *     { "type": "minted", "time": 1790000000, "origin": "https://shop.example", "subject": "user-7", "scope": "portal:read" }
 *
 * Holds no token, no cookie and no body. Frozen. `origin` and `site` are what the caller sent, cut at 256 characters
 * and otherwise untouched: write them to a log with `eventLine` of `reverse-jwt`, to a page as text.
 */
export type TokenEndpointEvent = TokenMintedEvent | TokenRefusedEvent | TokenFailedEvent
