import type { ResponseLike } from '../types.js'

/** Says that an answer depends on these headers of the request. Adds to what is there, and each once. RFC 9110 section 12.5.5. */
export function varyBy(
  res: Pick<ResponseLike, 'getHeader' | 'setHeader'>,
  ...headerNames: readonly string[]
): void {
  const there = res.getHeader?.('Vary')
  const lines: unknown[] = Array.isArray(there) ? there : [there]
  const present = lines.filter((line) => typeof line === 'string' && line !== '').join(', ')
  const known = present.split(',').map((name) => name.trim().toLowerCase())
  const missing = headerNames.filter((name) => !known.includes(name.toLowerCase()))
  if (known.includes('*') || missing.length === 0) return
  res.setHeader('Vary', [...(present === '' ? [] : [present]), ...missing].join(', '))
}
