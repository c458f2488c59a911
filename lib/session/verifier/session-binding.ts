import { AuthenticationError } from '../../errors.js'

/**
 * A browser says from which page a request comes. Absent: another service calls, or the page is of the same origin, where a GET has no
 * header.
 */
export function checkOrigin(
  origin: string | null | undefined,
  claimed: string | undefined,
  requireOrigin: boolean,
): void {
  const isAbsent = origin === undefined || origin === null
  if (isAbsent && !requireOrigin) return
  if (isAbsent) {
    throw new AuthenticationError('origin_not_allowed', {
      reason: 'origin_missing',
      description: 'The request has no Origin header, and needs one here.',
    })
  }
  if (origin === claimed) return
  throw new AuthenticationError('origin_not_allowed', {
    reason: 'origin_not_claimed',
    description: 'The session was made for a page of another origin.',
  })
}

/** RFC 6750 section 3.1. */
export function checkScope(granted: readonly string[], wanted: readonly string[]): void {
  if (wanted.every((scope) => granted.includes(scope))) return
  throw new AuthenticationError('scope_insufficient', { scope: wanted })
}
