import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { JsonObject } from './encoding/strict-json.js'
import type { Algorithm } from './protocol.js'

/** The customer's product: the identity that a project token authenticates. */
export interface Project {
  /** `proj_id` of its tokens. 1 to 256 characters. */
  readonly id: string
  /** For people. Not checked against anything. */
  readonly name?: string
  /** `iss` of its tokens. Default: the id. */
  readonly issuer?: string
  /** Serialized origins, `https://shop.example`. Absent: any origin may call. Empty: none may. */
  readonly allowedOrigins?: readonly string[]
  /** What its tokens may be granted at most. Absent: nothing. */
  readonly scopes?: readonly string[]
  /** A suspended project is refused with 403 `project_suspended`. */
  readonly suspended?: boolean
  /** The platform's own data about the project. Passed through untouched. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A public key that `admitProjectKey` found fit for use, with the project that owns it. Frozen. Times are epoch seconds. */
export interface ProjectKey {
  readonly kid: string
  readonly alg: Algorithm
  readonly publicKey: KeyObject
  readonly project: Project
  /** Not used before this moment. */
  readonly notBefore?: number
  /** Not used at or after this moment. */
  readonly notAfter?: number
  /** Not used at or after this moment. */
  readonly revokedAt?: number
}

/**
 * What a platform asks of a customer who registers a key: sign this with the private half. `proveKeyPossession` does.
 *
 *     { "aud": "https://platform.example", "proj_id": "shop", "kid": "key-1", "alg": "ES256", "nonce": "pHx...", "exp": 1790000600 }
 */
export interface KeyChallenge {
  /** The platform's name. */
  readonly aud: string
  readonly proj_id: string
  readonly kid: string
  /** The algorithm that the key is registered for. Absent: the default one for the type of the key. */
  readonly alg?: Algorithm
  /** 256 random bits in base64url. Good for one proof. */
  readonly nonce: string
  /** Epoch seconds. */
  readonly exp: number
}

/**
 * What a platform asks of a customer who hosts their keys: sign this with the private half of one of them. `proveKeyPossession` does.
 *
 *     { "aud": "https://platform.example", "proj_id": "shop", "jwks_uri": "https://shop.example/jwks.json", "nonce": "pHx...",
 *       "exp": 1790000600 }
 */
export interface KeySetChallenge {
  /** The platform's name. */
  readonly aud: string
  readonly proj_id: string
  /** Where the keys are to be read. */
  readonly jwks_uri: string
  /** 256 random bits in base64url. Good for one proof. */
  readonly nonce: string
  /** Epoch seconds. */
  readonly exp: number
}

/** The claims set of a project token after step 3: the registered members have these types, all others are unchecked. */
export interface ProjectClaims {
  readonly iss: string
  readonly aud: string | readonly [string]
  readonly proj_id: string
  readonly jti: string
  readonly exp: number
  readonly sub?: string
  readonly iat?: number
  readonly nbf?: number
  readonly scope?: string
  readonly origin?: string
  readonly [claim: string]: unknown
}

/** The protected header of a project token. */
export interface ProjectTokenHeader {
  readonly alg: string
  readonly kid: string
  readonly typ?: string
  readonly [parameter: string]: unknown
}

/** A verified project token: what it said, and what of it the platform grants. Never the token's text. */
export interface ProjectToken {
  readonly header: ProjectTokenHeader
  readonly claims: ProjectClaims
  /** The token's `scope` that the project also has; without a `scope` claim, all scopes of the project. */
  readonly scopes: readonly string[]
  readonly kid: string
}

/** A token taken apart. Nothing of it is trusted yet. */
export interface UnverifiedToken {
  readonly unverifiedHeader: ProjectTokenHeader
  readonly alg: Algorithm
  readonly unverifiedClaims: JsonObject
  /** What was signed: the first two segments with their dot. RFC 7515 section 5.2. */
  readonly signingInput: string
  readonly signature: Buffer
}

/** Who called. */
export interface Authentication {
  readonly project: Project
  readonly projectToken: ProjectToken
}

/** The claims set of a session after its check: these members have these types, all others are unchecked. RFC 9068 section 2.2. */
export interface SessionClaims {
  readonly iss: string
  /** The project, as `client_id`. */
  readonly sub: string
  readonly client_id: string
  readonly aud: string | readonly [string]
  readonly iat: number
  readonly exp: number
  readonly jti: string
  /** kid of the project key whose token was exchanged. */
  readonly proj_kid: string
  readonly scope?: string
  readonly origin?: string
  readonly embedder?: string
  readonly [claim: string]: unknown
}

/** A verified session. Never its text. Times are epoch seconds. */
export interface ProjectSession {
  /** Its `jti`. */
  readonly id: string
  readonly projectId: string
  /** Of the project key whose token was exchanged for it. */
  readonly kid: string
  /** What it grants. A session without the claim `scope` grants nothing. */
  readonly scopes: readonly string[]
  /** The origin of the page that exchanged it, and that may use it. */
  readonly origin?: string
  /** Where that is a page of the platform's own: the origin of the customer's page that embeds it, which the project lists. */
  readonly embedder?: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly claims: SessionClaims
}

/** The origins whose pages may call. A Set of serialized origins (`https://shop.example`) is one. */
export interface OriginSource {
  /** Whether this is one of them: the text of an Origin header, which anyone can make up. Must not throw. */
  has(origin: string): boolean
}

/** A key that ends soon, where the project has no other one that goes on. */
export interface ExpiringKey {
  readonly projectId: string
  readonly kid: string
  /** Epoch seconds. */
  readonly notAfter: number
}

/** Who knows which keys end. A project store is one. */
export interface ExpiringKeySource {
  /**
   * Active keys that end before this moment (epoch seconds), of projects that are neither suspended nor deleted and have no other
   * active key that ends later. At most 1,000, those that end first. Throws a `StoreError` when it cannot tell.
   */
  expiringKeys(before: number): Promise<readonly ExpiringKey[]>
}

/** Where the customer of a project hosts its public keys, and which of them the platform does not accept. */
export interface HostedKeySet {
  readonly project: Project
  /** Address of the JWK Set (RFC 7517 section 5): `https://shop.example/jwks.json`. */
  readonly jwksUri: string
  /** Keys of the set that the platform has revoked. Empty: none. */
  readonly denied: readonly DeniedKey[]
  /** The keys of the set, as somebody else read it last. Absent: nobody has. */
  readonly copy?: HostedKeySetCopy
}

/** A key of a hosted set that the platform has revoked. */
export interface DeniedKey {
  readonly kid: string
  /** Epoch seconds. For events: the key is refused whatever a clock says. */
  readonly deniedAt: number
  /** RFC 7638: the key is refused under other kids, too. Absent: nobody knows what the kid stood for. */
  readonly thumbprint?: string
}

/** What a set had when it was read last. For a process that has not read it yet, while the customer's host cannot be reached. */
export interface HostedKeySetCopy {
  /** For how many seconds that has been. */
  readonly age: number
  readonly keys: readonly { readonly kid: string; readonly alg: Algorithm; readonly publicJwk: JWK }[]
}

/** Who knows which projects have a hosted key set. */
export interface HostedKeySetSource {
  /**
   * The set of that project; undefined or null where it has none or there is no such project. Throws when it cannot tell. Any name
   * that a token says comes here, so a set is only to be named for a project that there is.
   */
  keySet(projectId: string): HostedKeySet | null | undefined | Promise<HostedKeySet | null | undefined>
}

/** The part of `Headers` of the Fetch standard that is called. */
export interface HeadersLike {
  get(name: string): string | null | undefined
}

/**
 * The part of an HTTP request that is looked at. Requests of Express 4 and 5 and of `node:http` have this shape, and so has the
 * `Request` of the Fetch standard: that of Next.js, Hono, Deno and Bun.
 */
export interface RequestLike {
  readonly method?: string | undefined
  /** What stands in the request line, or the whole URL. */
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  /** Names in lower case, as Node has them; or `Headers`. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>> | HeadersLike
  readonly rawHeaders?: readonly string[] | undefined
  readonly body?: unknown
  /** Express: whether the request came by TLS, also behind a trusted proxy. */
  readonly secure?: boolean | undefined
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined
}

/** The part of an HTTP answer that is written. Express 4 and 5 and `node:http` responses have this shape. */
export interface ResponseLike {
  statusCode: number
  readonly headersSent: boolean
  setHeader(name: string, value: string): unknown
  getHeader?(name: string): unknown
  end(): unknown
}

/** What it returns is waited for. */
export type NextFunction = (error?: unknown) => unknown
