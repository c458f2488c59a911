import { headerNamed } from '../http/request-headers.js'
import type { RequestLike, ResponseLike } from '../types.js'
import { warnOnce } from '../warnings.js'

/**
 * Whether this is a CORS-preflight request of the Fetch standard, which cannot carry credentials. CORS that is mounted before a
 * face answers it, or has set its header: where it has not, the browser blocks the call and does not say why.
 */
export function isPreflight(
  { method, headers }: RequestLike,
  response: Pick<ResponseLike, 'getHeader'> | undefined,
): boolean {
  if (method !== 'OPTIONS' || headerNamed(headers, 'access-control-request-method') === undefined)
    return false
  if (response?.getHeader?.('Access-Control-Allow-Origin') === undefined) warnOnce('REVERSE_JWT_NO_CORS')
  return true
}
