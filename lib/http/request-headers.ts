import type { HeadersLike, RequestLike } from '../types.js'

/** Tells `Headers` from what Node makes of a request: there a header may be called `get`, but it is text. */
export function isHeaders(headers: object): headers is HeadersLike {
  return 'get' in headers && typeof headers.get === 'function'
}

/** What stands under a name, in lower case: text where all is well. Undefined where there is no such header. */
export function headerNamed(headers: RequestLike['headers'], name: string): unknown {
  return isHeaders(headers) ? (headers.get(name) ?? undefined) : headers[name]
}
