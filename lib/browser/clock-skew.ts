import type { Credential } from './credentials.js'
import type { ProjectClientEvent } from './options.js'
import type { Problem } from './problem.js'

/** Seconds between two clocks that are no fault of the way. */
const maxSkew = 5

/** A token that was just made, and is too old or too young there: it is the clock of the backend. */
export function tellSkew(
  { token }: Credential,
  { code = '', server_time: serverTime = NaN }: Problem,
  tell: (event: ProjectClientEvent) => void,
): void {
  try {
    const claims = (token.split('.')[1] as string).replaceAll('-', '+').replaceAll('_', '/')
    const seconds = (JSON.parse(atob(claims)) as { iat: number }).iat - serverTime
    if (/^token_(expired|not_active)$/.test(code) && Math.abs(seconds) > maxSkew)
      tell({ type: 'skew', seconds })
  } catch {
    // Of a token that nobody can read there is nothing to tell.
  }
}
