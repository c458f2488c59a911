import type { JWK } from 'jose'
import { escaped } from '../../options/quoted.js'
import type { Algorithm } from '../../protocol.js'
import { RegistryError } from '../registry-error.js'
import { maxHostedKids } from '../store/hosted-keys.js'
import {
  without,
  type HostedKeyRecord,
  type KeyRevocationReason,
  type PendingKeySetRecord,
  type StoredProject,
} from '../store/records.js'

/** A key of a set that has passed every check of a project key. */
export interface HostedKey {
  readonly kid: string
  readonly alg: Algorithm
  /** Only the members that make the key. */
  readonly publicJwk: JWK
  /** RFC 7638. */
  readonly thumbprint: string
}

/** What of a set can be used. */
export interface FoundKeys {
  readonly keys: readonly HostedKey[]
  /** New kids for which there is no room: their keys were not checked. */
  readonly tooMany: readonly string[]
}

export interface KeySetChanges {
  /** As they shall be. Empty: the set is as it is known. */
  readonly hostedKeys: readonly HostedKeyRecord[]
  /** Kids that were not in the set when it was read before. */
  readonly newKids: readonly string[]
  /** Kids for which there is no room. */
  readonly tooMany: readonly string[]
}

/**
 * What has changed in a set since it was read before. `revocationOf` says why the platform has revoked the material of a key that was not
 * in it then: the key is revoked as soon as it is seen.
 *
 * A kid stands for one key for ever: another key under it does not count. Nor does a key under the kid of a registered one, which is the
 * one that verifiers find. What is revoked stays so.
 */
export function changesOf(
  stored: StoredProject,
  { keys: found, tooMany }: FoundKeys,
  revocationOf: (key: HostedKey) => KeyRevocationReason | undefined,
  now: number,
): KeySetChanges {
  const { hostedKeys, hostedKids } = stored
  const known = new Map(hostedKeys.map((key) => [key.kid, key]))
  const isOther = ({ kid, thumbprint }: HostedKey) =>
    (known.get(kid)?.thumbprint ?? thumbprint) !== thumbprint
  const there = found.filter((key) => !isRegistered(stored, key.kid) && !isOther(key))
  const denialOf = (key: HostedKey, before?: HostedKeyRecord) => {
    const reason = before?.deniedAt === undefined ? revocationOf(key) : undefined
    return reason === undefined ? {} : { deniedAt: now, reason }
  }

  const added = there.filter(({ kid }) => !known.has(kid))
  const room = Math.max(0, maxHostedKids - hostedKids)
  const news = added
    .slice(0, room)
    .map((key): HostedKeyRecord => ({ ...material(key), firstSeen: now, ...denialOf(key) }))
  const changed = there.flatMap((key) => {
    const before = known.get(key.kid)
    const isAsKnown = before === undefined || (isThere(before) && before.alg === key.alg)
    return isAsKnown ? [] : [{ ...without(before, 'removedAt'), ...material(key), ...denialOf(key, before) }]
  })
  const kids = new Set(there.map(kidOf))
  const gone = hostedKeys
    .filter((key) => isThere(key) && !kids.has(key.kid))
    .map((key) => ({ ...key, removedAt: now }))
  return {
    hostedKeys: [...news, ...changed, ...gone],
    newKids: [...news, ...changed.filter(({ kid }) => known.get(kid)?.removedAt !== undefined)].map(kidOf),
    tooMany: [...tooMany, ...added.slice(room).map(kidOf)],
  }
}

/** Whether a key is registered under the kid: verifiers find that one. */
export function isRegistered({ keys }: Pick<StoredProject, 'keys'>, kid: string): boolean {
  return keys.some((key) => key.kid === kid && (key.activatedAt ?? key.revokedAt) !== undefined)
}

/** Whether it was in the set when that was read last. */
export function isThere({ removedAt }: HostedKeyRecord): boolean {
  return removedAt === undefined
}

function kidOf({ kid }: { readonly kid: string }): string {
  return kid
}

function material({ kid, alg, publicJwk, thumbprint }: HostedKey): HostedKey {
  return { kid, alg, publicJwk, thumbprint }
}

/** The registration that waits for a proof. */
export function requirePendingSet(stored: StoredProject, now: number): PendingKeySetRecord {
  const { project, keySet, pendingKeySet } = stored
  const id = escaped(project.id)
  if (pendingKeySet === undefined) {
    if (keySet === undefined) throw noKeySet(project.id)
    throw new RegistryError(
      'challenge_used',
      `The challenge of the key set of the project ${id} was answered already.`,
    )
  }
  if (now < pendingKeySet.challenge.expiresAt) return pendingKeySet
  throw new RegistryError(
    'challenge_expired',
    `The challenge of the key set of the project ${id} has expired. Register the set again, for a new one.`,
  )
}

export function noKeySet(projectId: string): RegistryError {
  return new RegistryError('key_set_not_found', `The project ${escaped(projectId)} has no key set.`)
}

export function tooManyKids(projectId: string): RegistryError {
  return new RegistryError(
    'too_many_keys',
    `The key set of the project ${escaped(projectId)} has had ${maxHostedKids} kids, the maximum. Publish keys under kids that it has had, or register keys one by one.`,
  )
}
