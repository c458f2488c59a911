import { escaped, quoted } from '../../options/quoted.js'
import { isLive, keyState } from '../store/key-state.js'
import type { KeyRecord, StoredProject } from '../store/records.js'
import { RegistryError } from '../registry-error.js'

/** Pending, active and retiring ones of a project. */
export const maxLiveKeys = 10

/** All are always kept, so that none is accepted again: so many keys of a project may be made within so many seconds. */
export const maxNewKeys = 100
export const keysWindow = 86_400

/** Room for one more key. */
export function requireRoom({ project, keys, madeKeys }: StoredProject, now: number): void {
  const id = escaped(project.id)
  if (keys.filter((key) => isLive(key, now)).length >= maxLiveKeys)
    throw new RegistryError(
      'too_many_keys',
      `The project ${id} has ${maxLiveKeys} live keys (pending, active and retiring), the maximum. Revoke one that is not needed.`,
    )
  if (madeKeys >= maxNewKeys)
    throw new RegistryError(
      'too_many_keys',
      `The project ${id} made ${maxNewKeys} keys within a day, the maximum. Use one that it has, or wait until the oldest of them is a day old. Keys can be revoked all the same.`,
    )
}

/**
 * A kid of the project's set stands for the key there, so that nobody has to ask which of the two is meant; and what was revoked there is
 * not registered.
 */
export function requireNotHosted({ hostedKeys }: StoredProject, key: KeyRecord): void {
  const hosted = hostedKeys.find(
    ({ kid, thumbprint, deniedAt }) =>
      (kid === key.kid && (deniedAt !== undefined || thumbprint !== key.thumbprint)) ||
      (thumbprint === key.thumbprint && deniedAt !== undefined),
  )
  if (hosted === undefined) return
  const what = hosted.kid === key.kid ? 'This kid' : 'This public key'
  throw new RegistryError(
    'key_exists',
    `${what} is, or was, in the key set that the project hosts (kid ${escaped(hosted.kid)}). Choose another kid, and another pair if that one is revoked.`,
  )
}

/**
 * A kid or a key that was ever active or revoked in a project is never accepted again; what is left of an attempt that nobody
 * confirmed may be.
 */
export function requireUnused({ keys }: StoredProject, key: KeyRecord, now: number): void {
  const sameKey = keys.find(
    ({ kid, thumbprint, activatedAt, revokedAt }) =>
      (kid === key.kid || thumbprint === key.thumbprint) &&
      (activatedAt !== undefined || revokedAt !== undefined),
  )
  if (sameKey !== undefined) {
    const what = sameKey.kid === key.kid ? 'This kid' : 'This public key'
    throw new RegistryError(
      'key_exists',
      `${what} is, or was, in use in this project (kid ${escaped(sameKey.kid)}), and is never accepted again. Make a new pair.`,
    )
  }
  const pending = keys.find(({ kid }) => kid === key.kid)
  if (pending === undefined || pending.thumbprint === key.thumbprint || keyState(pending, now) !== 'pending')
    return
  throw new RegistryError(
    'key_exists',
    `Another public key waits for its confirmation under the kid ${escaped(key.kid)}. Choose another kid, or wait until its challenge has expired.`,
  )
}

export function requireKey({ project, keys }: StoredProject, kid: string): KeyRecord {
  const key = keys.find((one) => one.kid === kid)
  if (key !== undefined) return key
  throw noKey(project.id, kid)
}

export function noKey(projectId: string, kid: string): RegistryError {
  return new RegistryError(
    'key_not_found',
    `The project ${escaped(projectId)} has no key${quoted(kid) || ' with this kid'}.`,
  )
}

/** The key that is to be replaced. */
export function requireActive(stored: StoredProject, kid: string, now: number): KeyRecord {
  const key = requireKey(stored, kid)
  const state = keyState(key, now)
  if (state === 'active') return key
  throw new RegistryError(
    'key_not_active',
    `The key ${escaped(kid)} is ${state}; only an active key can be replaced.`,
  )
}

/**
 * A key in whose place another has come. Without an overlap it is revoked: an end by the clock would wait for clocks that are
 * behind.
 */
export function replaced(key: KeyRecord, now: number, overlap: number): KeyRecord {
  const retiring = { ...key, notAfter: now + overlap }
  return overlap > 0 ? retiring : { ...retiring, revokedAt: now, revocationReason: 'superseded' }
}
