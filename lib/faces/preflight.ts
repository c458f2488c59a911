import { headerNamed } from '../http/request-headers.js'
import type { RequestLike, ResponseLike } from '../types.js'
import { warnOnce } from '../warnings.js'

/** Whether this is a CORS-preflight request of the Fetch standard, which cannot carry credentials. */
export function isPreflight({ method, headers }: RequestLike): boolean {
  return method === 'OPTIONS' && headerNamed(headers, 'access-control-request-method') !== undefined
}

/**
 * CORS that is mounted before a face answers a preflight, or has set its header. Where it has not, the browser blocks the call
 * and does not say why.
 */
export function warnWithoutCors(request: RequestLike, response: Pick<ResponseLike, 'getHeader'> | undefined) {
  if (!isPreflight(request)) return
  if (response?.getHeader?.('Access-Control-Allow-Origin') === undefined) warnOnce('REVERSE_JWT_NO_CORS')
}
