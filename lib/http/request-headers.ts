import type { HeadersLike, RequestLike } from '../types.js'

/** Tells `Headers` from what Node makes of a request: there a header may be called `get`, but it is text. */
export function isHeaders(headers: object): headers is HeadersLike {
  return 'get' in headers && typeof headers.get === 'function'
}

/** What stands under a name, in lower case: text where all is well. Undefined where there is no such header. */
export function headerNamed(headers: RequestLike['headers'], name: string): unknown {
  return isHeaders(headers) ? (headers.get(name) ?? undefined) : headers[name]
}

/** How often a header stands in `rawHeaders`. Node drops a second one of some names, and joins those of others; there are all. */
export function countOfHeader(rawHeaders: readonly string[] | undefined, name: string): number {
  let count = 0
  let isName = false
  for (const text of rawHeaders ?? []) {
    isName = !isName
    if (isName && text.length === name.length && text.toLowerCase() === name) count++
  }
  return count
}
