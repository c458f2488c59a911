import type { ProjectClientEvent } from './options.js'
import type { Problem } from './problem.js'

/** Seconds between two clocks that are no fault of the way. */
const maxSkew = 5

/** A token that was just made, and is too old or too young there: it is the clock of the backend. */
export function tellSkew(
  token: string,
  { code, server_time: serverTime = NaN }: Problem = {},
  tell: (event: ProjectClientEvent) => void,
): void {
  if (code !== 'token_expired' && code !== 'token_not_active') return
  try {
    const [, claims = ''] = token.split('.')
    const { iat } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { iat: number }
    const seconds = iat - serverTime
    if (Math.abs(seconds) > maxSkew) tell({ type: 'skew', seconds })
  } catch {
    // Of a token that nobody can read there is nothing to tell.
  }
}
