import type { KeyRecord } from './records.js'

/**
 * Where a key is in its life. `pending`: its challenge is open. `retiring`: good until the end of its overlap. `expired`: the
 * overlap is over, or nobody answered its challenge in time.
 */
export type KeyState = 'pending' | 'active' | 'retiring' | 'revoked' | 'expired'

export function keyState(key: KeyRecord, now: number): KeyState {
  const { activatedAt, notBefore, notAfter, revokedAt, challenge } = key
  // A revocation is never for later, so it holds on a clock that is behind, too.
  if (revokedAt !== undefined) return 'revoked'
  if (activatedAt === undefined) return now < (challenge?.expiresAt ?? 0) ? 'pending' : 'expired'
  if (notAfter !== undefined) return now < notAfter ? 'retiring' : 'expired'
  return notBefore !== undefined && now < notBefore ? 'pending' : 'active'
}

/** Whether tokens of the key can be accepted now or later. */
export function isLive(key: KeyRecord, now: number): boolean {
  return ['pending', 'active', 'retiring'].includes(keyState(key, now))
}

/** Whether tokens of the key are accepted now. */
export function isUsable(key: KeyRecord, now: number): boolean {
  return ['active', 'retiring'].includes(keyState(key, now))
}
