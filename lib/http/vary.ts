import type { ResponseLike } from '../types.js'

/** Says on which headers of the request an answer depends: adds to what is there, each once. RFC 9110 section 12.5.5. */
export function varyBy(
  res: Pick<ResponseLike, 'setHeader' | 'getHeader'>,
  ...names: readonly string[]
): void {
  const there = res.getHeader?.('Vary')
  const lines: unknown[] = Array.isArray(there) ? there : [there]
  const present = lines.filter((line) => typeof line === 'string' && line !== '').join(', ')
  const known = present.toLowerCase().split(',')
  const isKnown = (name: string) => known.some((one) => [name.toLowerCase(), '*'].includes(one.trim()))
  const missing = names.filter((name) => !isKnown(name))
  if (missing.length > 0) res.setHeader('Vary', (present === '' ? missing : [present, ...missing]).join(', '))
}
