import { objectWith } from '../options/kinds.js'
import type { Option } from '../options/options.js'
import type { OriginSource } from '../types.js'

/** The argument `origins`. */
export const originSource: Option<OriginSource> = objectWith<OriginSource>(
  'has',
  'an object with has(origin), such as a Set or new AllowedOrigins(store)',
)

/** Whether a header names an origin of the source. Throws what `has` throws, and a TypeError where it does not say. */
export function isKnown(owner: string, source: OriginSource, origin: unknown): origin is string {
  // `null` stands for any sandboxed frame anywhere. It, `*` and an empty header name no page.
  if (typeof origin !== 'string' || !origin.includes('://')) return false
  const answer: unknown = source.has(origin)
  if (typeof answer === 'boolean') return answer
  // What it rejects with would end the process.
  Promise.resolve(answer).catch(() => undefined)
  throw new TypeError(`${owner}: origins.has must return true or false, and at once`)
}
