import { StoreError, type AuthenticationError, type OutageCode, type RefusalCode } from '../errors.js'
import { ownText } from '../encoding/own-text.js'
import { limits } from '../protocol.js'
import type { Authentication, UnverifiedToken } from '../types.js'
import { warnOnce } from '../warnings.js'

/** A token was good and is now used up. */
export interface AcceptedEvent {
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
  /** What the token said of itself. Before the signature is verified (`token_not_verified` and earlier) anyone can write that. */
  readonly unverifiedProjectId?: string
  readonly unverifiedKid?: string
  /** With `audience_mismatch`: the token's aud. */
  readonly unverifiedAudience?: string
  /** With `origin_not_allowed`: the Origin header of the request. */
  readonly origin?: string
}

/** A token was refused. */
export interface RefusedEvent extends Unsuccessful {
  readonly type: 'refused'
  readonly code: RefusalCode
}

/** A token could not be checked. */
export interface UnavailableEvent extends Unsuccessful {
  readonly type: 'unavailable'
  readonly code: OutageCode
}

/**
 * What became of one token. Holds no token, no signature and no key. Text that a caller chose is cut at 256 characters and
 * escaped to printable ASCII, so that a log line stays one line.
 *
 *     { "type": "refused", "code": "token_not_verified", "time": 1790000000, "description": "The token could not ...",
 *       "cause": "the key is revoked", "unverifiedProjectId": "shop", "unverifiedKid": "key-1" }
 */
export type VerifierEvent = AcceptedEvent | RefusedEvent | UnavailableEvent

export type EventListener = (event: VerifierEvent) => unknown

export function acceptedEvent({ project, projectToken }: Authentication, time: number): VerifierEvent {
  const { kid, header } = projectToken
  return { type: 'accepted', time, projectId: printable(project.id), kid: printable(kid), alg: header.alg }
}

export function refusedEvent(
  error: AuthenticationError | StoreError,
  unverified: UnverifiedToken | undefined,
  origin: string | null | undefined,
): VerifierEvent {
  const told = {
    time: error.serverTime,
    description: error.description,
    ...text('cause', messageOf(error.cause)),
    ...text('unverifiedProjectId', unverified?.unverifiedClaims.proj_id),
    ...text('unverifiedKid', unverified?.unverifiedHeader.kid),
    // What the platform needs to see whose configuration is wrong.
    ...(error.code === 'audience_mismatch' && text('unverifiedAudience', unverified?.unverifiedClaims.aud)),
    ...(error.code === 'origin_not_allowed' && text('origin', origin)),
  }
  if (error instanceof StoreError) return { type: 'unavailable', code: error.code, ...told }
  return { type: 'refused', code: error.code, ...told }
}

/** Its failure is its own: it neither refuses a request nor stops the process. */
export function emit(listener: EventListener, event: VerifierEvent): void {
  const failed = () => {
    warnOnce('REVERSE_JWT_LISTENER_FAILED')
  }
  try {
    void Promise.resolve(listener(event)).catch(failed)
  } catch {
    failed()
  }
}

/** Stores throw anything, also what cannot even be asked what it is. */
function messageOf(cause: unknown): unknown {
  try {
    return cause instanceof Error ? cause.message : cause
  } catch {
    return undefined
  }
}

function text<Name extends string>(name: Name, value: unknown): { readonly [name in Name]?: string } {
  return typeof value === 'string' ? ({ [name]: printable(value) } as { [name in Name]: string }) : {}
}

/**
 * Everything but printable ASCII becomes \uXXXX: line ends, terminal escapes and text that turns direction included. So does the
 * backslash, or two texts could be printed alike.
 */
function printable(value: string): string {
  const text = value
    .slice(0, limits.identifierLength)
    .replace(
      /[^\x20-\x5B\x5D-\x7E]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  return ownText(text)
}

/** What `printable` was given, unless it was cut. */
export function originalOf(printed: string): string {
  return printed.replace(/\\u([\da-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
}
