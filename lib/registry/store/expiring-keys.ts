import type { ExpiringKey } from '../../types.js'
import { isUsable } from './key-state.js'
import type { KeyRecord } from './records.js'

/** Those of all projects in one answer. */
export const maxExpiringKeys = 1_000

/**
 * The keys of a project that are good now, end before a moment, and leave it without a key when they end: there is none that goes on
 * then, be it one that begins only by then.
 */
export function expiringOf(
  projectId: string,
  keys: readonly KeyRecord[],
  now: number,
  before: number,
): ExpiringKey[] {
  const confirmed = keys.filter(
    ({ activatedAt, revokedAt }) => activatedAt !== undefined && revokedAt === undefined,
  )
  const goesOnAfter = (end: number) =>
    confirmed.some(({ notBefore = -Infinity, notAfter = Infinity }) => notAfter > end && notBefore <= end)
  return confirmed.flatMap((key) => {
    const { kid, notAfter } = key
    const isEnding = notAfter !== undefined && notAfter < before && isUsable(key, now)
    return isEnding && !goesOnAfter(notAfter) ? [{ projectId, kid, notAfter }] : []
  })
}
