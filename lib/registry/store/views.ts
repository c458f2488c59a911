import type { JWK } from 'jose'
import type { ProjectKeyPair } from '../../jwk/generate.js'
import type { Algorithm } from '../../protocol.js'
import type { Project } from '../../types.js'
import { keyState, type KeyState } from './key-state.js'
import type {
  HostedKeyRecord,
  KeyRecord,
  KeySetRecord,
  PendingKeySetRecord,
  ProjectRecord,
  KeyRevocationReason,
} from './records.js'

/** A project as those see it who manage it. Times are epoch seconds. */
export interface ProjectView extends Project {
  readonly issuer: string
  readonly suspended: boolean
  readonly suspensionReason?: string
  readonly createdAt: number
  readonly updatedAt: number
  /** Where its customer hosts the keys. Absent: nowhere, or nobody has proved it yet. */
  readonly keySet?: KeySetRecord
  /** An address that waits for `confirmKeySet`. */
  readonly pendingKeySet?: PendingKeySetView
}

export interface PendingKeySetView {
  readonly jwksUri: string
  /** Until when its challenge can be answered. */
  readonly challengeExpiresAt: number
}

/**
 * Where a hosted key is in its life. `active`: it was in the set when that was read last. `removed`: it was not, and is active again
 * when it comes back. `revoked`: by the platform, for good.
 */
export type HostedKeyState = 'active' | 'removed' | 'revoked'

/** A key of a customer's set as those see it who manage it. Nothing of it is secret. Times are epoch seconds. */
export interface HostedKeyView {
  readonly hosted: true
  readonly kid: string
  readonly state: HostedKeyState
  /** Absent, with `publicJwk`: the kid was revoked before the registry saw it. */
  readonly alg?: Algorithm
  readonly publicJwk?: ProjectKeyPair['publicJwk']
  readonly firstSeen: number
  readonly removedAt?: number
  readonly revokedAt?: number
  readonly revocationReason?: KeyRevocationReason
}

/** A key as those see it who manage it. Nothing of it is secret. Times are epoch seconds. */
export interface KeyView {
  readonly kid: string
  readonly alg: Algorithm
  readonly state: KeyState
  readonly publicJwk: ProjectKeyPair['publicJwk']
  readonly createdAt: number
  readonly activatedAt?: number
  /** Until when its challenge can be answered. */
  readonly challengeExpiresAt?: number
  /** The end of its overlap: refused at or after this moment. */
  readonly notAfter?: number
  readonly revokedAt?: number
  readonly revocationReason?: KeyRevocationReason
  /** When a token that it signed was accepted last. Written once a minute or so. */
  readonly lastUsedAt?: number
  /** The kid of the key in whose place this one came, or will come when it is confirmed. */
  readonly replaces?: string
  /** Of a pending key: seconds for which the key that it `replaces` stays good after the confirmation. */
  readonly overlap?: number
}

export function projectView(record: ProjectRecord): ProjectView {
  const { project, suspensionReason, createdAt, updatedAt, keySet, pendingKeySet } = record
  return {
    issuer: project.id,
    suspended: false,
    ...project,
    ...(suspensionReason !== undefined && { suspensionReason }),
    createdAt,
    updatedAt,
    ...(keySet !== undefined && { keySet }),
    ...(pendingKeySet !== undefined && { pendingKeySet: pendingKeySetView(pendingKeySet) }),
  }
}

function pendingKeySetView({ jwksUri, challenge }: PendingKeySetRecord): PendingKeySetView {
  return { jwksUri, challengeExpiresAt: challenge.expiresAt }
}

export function hostedKeyView(key: HostedKeyRecord): HostedKeyView {
  const { kid, alg, publicJwk, firstSeen, removedAt, deniedAt, reason } = key
  return {
    hosted: true,
    kid,
    state: hostedKeyState(key),
    ...(alg !== undefined && publicJwk !== undefined && { alg, publicJwk: labelled(publicJwk, kid, alg) }),
    firstSeen,
    ...(removedAt !== undefined && { removedAt }),
    ...(deniedAt !== undefined && { revokedAt: deniedAt }),
    ...(reason !== undefined && { revocationReason: reason }),
  }
}

function hostedKeyState({ removedAt, deniedAt }: HostedKeyRecord): HostedKeyState {
  if (deniedAt !== undefined) return 'revoked'
  return removedAt === undefined ? 'active' : 'removed'
}

function labelled(publicJwk: JWK, kid: string, alg: Algorithm): ProjectKeyPair['publicJwk'] {
  return { ...(publicJwk as ProjectKeyPair['publicJwk']), kid, alg, use: 'sig' }
}

export function keyView(key: KeyRecord, now: number): KeyView {
  const { kid, alg, publicJwk, createdAt, activatedAt, notAfter, revokedAt } = key
  const { revocationReason, lastUsedAt, challenge, replaces } = key
  return {
    kid,
    alg,
    state: keyState(key, now),
    publicJwk: labelled(publicJwk, kid, alg),
    createdAt,
    ...(activatedAt !== undefined && { activatedAt }),
    ...(challenge !== undefined && { challengeExpiresAt: challenge.expiresAt }),
    ...(notAfter !== undefined && { notAfter }),
    ...(revokedAt !== undefined && { revokedAt }),
    ...(revocationReason !== undefined && { revocationReason }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    ...(replaces !== undefined && { replaces }),
    ...(challenge?.overlap !== undefined && { overlap: challenge.overlap }),
  }
}
