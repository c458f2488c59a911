import type { ProjectKeyPair } from '../../jwk/generate.js'
import type { Algorithm } from '../../protocol.js'
import type { Project } from '../../types.js'
import { keyState, type KeyState } from './key-state.js'
import type { KeyRecord, ProjectRecord, KeyRevocationReason } from './records.js'

/** A project as those see it who manage it. Times are epoch seconds. */
export interface ProjectView extends Project {
  readonly issuer: string
  readonly suspended: boolean
  readonly suspensionReason?: string
  readonly createdAt: number
  readonly updatedAt: number
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

export function projectView({ project, suspensionReason, createdAt, updatedAt }: ProjectRecord): ProjectView {
  return {
    issuer: project.id,
    suspended: false,
    ...project,
    ...(suspensionReason !== undefined && { suspensionReason }),
    createdAt,
    updatedAt,
  }
}

export function keyView(key: KeyRecord, now: number): KeyView {
  const { kid, alg, publicJwk, createdAt, activatedAt, notAfter, revokedAt } = key
  const { revocationReason, lastUsedAt, challenge, replaces } = key
  return {
    kid,
    alg,
    state: keyState(key, now),
    publicJwk: { ...(publicJwk as ProjectKeyPair['publicJwk']), kid, alg, use: 'sig' },
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
