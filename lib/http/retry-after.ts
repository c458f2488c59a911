/** Nobody knows how long an outage lasts; a page that asks once in so many seconds does no harm. */
const seconds = 5

/** The header `Retry-After` of an answer with this status: 503 has one. RFC 9110 section 10.2.3. */
export function retryAfter(status: number): { readonly 'Retry-After'?: string } {
  return status === 503 ? { 'Retry-After': String(seconds) } : {}
}
