import type { Problem } from './problem.js'

/** Running twice does no harm. RFC 9110 section 9.2.2. */
const idempotent = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']

/** Whether a call may be sent again, with a new token, after it was refused with 401. */
export function mayRepeat(method: string, problem: Problem | undefined): boolean {
  // The answer to a HEAD does not say why.
  const retry = problem && method === 'HEAD' ? 'if-idempotent' : problem?.retry
  return retry === 'fresh-token' || (retry === 'if-idempotent' && idempotent.includes(method))
}
