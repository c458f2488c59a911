import type { KeyRecord } from './records.js'

type Aged = Pick<KeyRecord, 'createdAt' | 'kid'>

/** The oldest first. */
export function byAge(a: Aged, b: Aged): number {
  return a.createdAt - b.createdAt || byCodePoint(a.kid, b.kid)
}

/** As UTF-8 bytes sort, and so a database. UTF-16 units do not. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
