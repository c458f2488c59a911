import type { Problem } from './problem.js'

/** Running twice does no harm. RFC 9110 section 9.2.2. */
const idempotent = /^(GET|PUT|DELETE|OPTIONS)$/

/** Whether a call may be sent again, with a new token, after it was refused. */
export function mayRepeat(method: string, { retry }: Problem): boolean {
  return (
    retry === 'fresh-token' ||
    (retry === 'if-idempotent' && idempotent.test(method)) ||
    // The answer to it does not say why.
    method === 'HEAD'
  )
}
