import type { JWK } from 'jose'
import type { Algorithm } from '../../protocol.js'
import type { Project } from '../../types.js'

/** Why a key was revoked. `exposed`: others may have seen it. `compromised`: others have used it. */
export type KeyRevocationReason = 'exposed' | 'compromised' | 'superseded' | 'unused' | 'other'

/** Where the customer of a project hosts its public keys. Times are epoch seconds. */
export interface KeySetRecord {
  readonly jwksUri: string
  readonly confirmedAt: number
  /**
   * When the set was read to the end last, by the clock of the store. Written, as `failure`, by `noteKeySetRead` alone: a change leaves it
   * as it is.
   */
  readonly readAt?: number
  /** Absent: the last read was good, or there was none. */
  readonly failure?: KeySetFailure
}

/** Why a set could not be read, or not all of it counts, when it was tried last. */
export interface KeySetFailure {
  /** When that began, by the clock of the store. */
  readonly since: number
  /** In words of this package. */
  readonly cause: string
}

/** An address that somebody has registered, and for which nobody has proved yet to hold a key of its set. */
export interface PendingKeySetRecord {
  readonly jwksUri: string
  readonly challenge: OpenKeyChallenge
}

/** A project as a store keeps it. Times are epoch seconds. */
export interface ProjectRecord {
  readonly project: Project
  readonly suspensionReason?: string
  readonly createdAt: number
  /** When its settings were changed last. */
  readonly updatedAt: number
  /** A deleted project stays as a tombstone, so that its id and its keys are never accepted again. */
  readonly deletedAt?: number
  /** Its sessions that were issued up to then have ended. */
  readonly sessionsBefore?: number
  readonly keySet?: KeySetRecord
  readonly pendingKeySet?: PendingKeySetRecord
  /** Counts the changes of the project and of its keys, from 1. */
  readonly version: number
}

/** A question that only the holder of the private half can answer. The nonce itself is not kept. */
export interface OpenKeyChallenge {
  /** SHA-256 of the nonce, in base64url. */
  readonly nonceHash: string
  readonly expiresAt: number
  /** Seconds for which the key that this one `replaces` stays good after the confirmation. */
  readonly overlap?: number
}

/** A key as a store keeps it. Times are epoch seconds. */
export interface KeyRecord {
  readonly kid: string
  readonly alg: Algorithm
  /** Only the members that make the key: kty, and crv, x, y, or n, e. */
  readonly publicJwk: JWK
  /** RFC 7638. No two activated keys have the same, whatever their projects. */
  readonly thumbprint: string
  readonly createdAt: number
  /** Absent: nobody has proved yet to hold the private half. */
  readonly activatedAt?: number
  readonly notBefore?: number
  /** The end of an overlap. */
  readonly notAfter?: number
  readonly revokedAt?: number
  readonly revocationReason?: KeyRevocationReason
  /** Written by `touch` alone: a change leaves it as it is. */
  readonly lastUsedAt?: number
  readonly challenge?: OpenKeyChallenge
  /** The kid of the key in whose place this one came. */
  readonly replaces?: string
  /** Of the rotation that made the key. */
  readonly idempotencyKey?: string
}

/** A kid of the set of a project, as a store keeps it: it is never deleted. Times are epoch seconds. */
export interface HostedKeyRecord {
  readonly kid: string
  /** Absent, with the next two: the kid was revoked before the registry saw it. */
  readonly alg?: Algorithm
  /** Only the members that make the key. */
  readonly publicJwk?: JWK
  /** RFC 7638. Others may have the same: a key in a set is no proof that somebody holds it. */
  readonly thumbprint?: string
  readonly firstSeen: number
  /** When it was found to be gone from the set. */
  readonly removedAt?: number
  /** When the platform revoked it. It stays so, whatever the set says. */
  readonly deniedAt?: number
  readonly reason?: KeyRevocationReason
}

/** A project with those of its keys that were asked for. */
export interface StoredProject extends ProjectRecord {
  /** The oldest first: by `createdAt`, then by kid. */
  readonly keys: readonly KeyRecord[]
  /** How many of its keys were made after the `madeAfter` that was asked for, whatever became of them. */
  readonly madeKeys: number
  /** Those that are in its set, as far as known, and those with a kid or the thumbprint that was asked for, in any order. */
  readonly hostedKeys: readonly HostedKeyRecord[]
  /** How many kids its set has ever had, revoked ones included. */
  readonly hostedKids: number
}

/** A copy that lacks some members. */
export function without<T extends object, Name extends keyof T>(
  record: T,
  ...names: readonly Name[]
): Omit<T, Name> {
  const copy = { ...record }
  for (const name of names) Reflect.deleteProperty(copy, name)
  return copy
}

/** A key that was used, and when. Epoch seconds. */
export interface KeyUse {
  readonly projectId: string
  readonly kid: string
  readonly at: number
}
