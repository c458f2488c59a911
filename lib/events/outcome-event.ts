import { ownText } from '../encoding/own-text.js'
import type { RefusalFacts } from '../errors.js'
import { isOutageCode, type OutageReason, type RefusalReason } from '../http/refusals.js'
import type { Project, UnverifiedToken } from '../types.js'
import { bounded, messageOf, text } from './event-text.js'
import type { EventFace, StoreSeconds, VerifierEvent } from './verifier-event.js'

/** Whose token it is, once its signature is verified. */
export interface VerifiedNames {
  readonly project: Pick<Project, 'id'>
  readonly kid: string
  readonly notAfter?: number
  readonly revokedAt?: number
}

/** A token that was accepted, as far as an event says it. */
export interface AcceptedToken {
  readonly project: Pick<Project, 'id'>
  readonly projectToken: {
    readonly kid: string
    readonly header: { readonly alg: string }
    readonly claims: { readonly jti: string; readonly iat?: number; readonly exp: number }
    readonly scopes: readonly string[]
  }
}

/** What is known of one verification, as far as it got. */
export interface Verification {
  /** Epoch seconds: one reading of the clock for all steps. */
  now: number
  /** Milliseconds by the monotonic clock. */
  readonly begun: number
  readonly face: EventFace
  bounds: { readonly origin: string | null | undefined } | undefined
  unverified: UnverifiedToken | undefined
  /** Known when the signature is verified. What the token says of itself is true from then on. */
  verifiedBy: VerifiedNames | undefined
  /** When that key was revoked, if it was. */
  revokedAt?: number | undefined
  storeSeconds?: StoreSeconds
}

export function acceptedEvent(
  verification: Verification,
  { project, projectToken }: AcceptedToken,
): VerifierEvent {
  const { kid, header, claims, scopes } = projectToken
  return Object.freeze({
    type: 'accepted',
    ...commonMembers(verification, crypto.randomUUID(), verification.now),
    projectId: project.id,
    kid,
    alg: ownText(header.alg),
    jti: bounded(claims.jti),
    scopes: Object.freeze(Array.from(scopes)),
    ...text('origin', verification.bounds?.origin),
    ...number('issuedAt', claims.iat),
    expiresAt: claims.exp,
    ...number('keyNotAfter', verification.verifiedBy?.notAfter),
  })
}

export function refusedEvent(facts: RefusalFacts, verification: Verification): VerifierEvent {
  const { code, reason, serverTime, description, cause, seconds, instance } = facts
  const { unverified, verifiedBy, revokedAt, bounds } = verification
  const members = {
    description,
    ...text('cause', messageOf(cause)),
    signature: signatureOf(reason, verifiedBy),
    ...(verifiedBy === undefined ? namesIn(unverified) : verifiedNames(verifiedBy, unverified)),
    ...(reason === 'key_revoked' && number('revokedAt', revokedAt)),
    // What the platform needs to see whose configuration is wrong.
    ...(code === 'audience_mismatch' && text('unverifiedAudience', unverified?.unverifiedClaims.aud)),
    ...text('origin', bounds?.origin),
    ...number('seconds', seconds),
  }
  const common = commonMembers(verification, instance.id, serverTime)
  return Object.freeze(
    isOutageCode(code)
      ? {
          type: 'unavailable',
          ...common,
          code,
          reason: (reason ?? 'key_store_failed') as OutageReason,
          ...members,
        }
      : { type: 'refused', ...common, code, reason: (reason ?? code) as RefusalReason, ...members },
  )
}

function commonMembers({ begun, face, storeSeconds }: Verification, id: string, time: number) {
  const duration = (performance.now() - begun) / 1000
  return {
    id,
    time,
    duration,
    face,
    ...(storeSeconds !== undefined && { storeSeconds: Object.freeze(storeSeconds) }),
  }
}

function signatureOf(
  reason: RefusalFacts['reason'],
  verifiedBy: VerifiedNames | undefined,
): 'good' | 'bad' | 'unchecked' {
  if (verifiedBy !== undefined) return 'good'
  return reason === 'signature_bad' ? 'bad' : 'unchecked'
}

function verifiedNames({ project, kid }: VerifiedNames, token: UnverifiedToken | undefined) {
  const { jti, iat, exp } = token?.unverifiedClaims ?? {}
  return {
    projectId: project.id,
    kid,
    ...text('jti', jti),
    ...number('issuedAt', iat),
    ...number('expiresAt', exp),
  }
}

function namesIn(token: UnverifiedToken | undefined) {
  return {
    // A session has its project as client_id.
    ...text('unverifiedProjectId', token?.unverifiedClaims.proj_id ?? token?.unverifiedClaims.client_id),
    ...text('unverifiedKid', token?.unverifiedHeader.kid),
  }
}

function number<Name extends string>(name: Name, value: unknown): { readonly [name in Name]?: number } {
  return Number.isFinite(value) ? ({ [name]: value } as { [name in Name]: number }) : {}
}
