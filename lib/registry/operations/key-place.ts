import { isIdentifier } from '../../protocol.js'
import { invalid } from './method-options.js'

/** The place of a key in the list of its project. */
interface KeyPlace {
  readonly createdAt: number
  readonly kid: string
}

/** The place as text. It stays good when the key itself goes: `1790000000.25,key-1`. */
export function keyPlace({ createdAt, kid }: KeyPlace): string {
  return `${createdAt},${kid}`
}

/** Reads what `keyPlace` wrote. */
export function placeOf(text: unknown): KeyPlace {
  const [, time = '', kid] = /^(-?\d[\d.e+-]*),(.+)$/s.exec(String(text)) ?? []
  const createdAt = Number(time)
  // 10^11 seconds is the year 5138; beyond its own range a database would fail.
  if (typeof text === 'string' && Math.abs(createdAt) <= 1e11 && isIdentifier(kid)) return { createdAt, kid }
  throw invalid('after must be the next of a list of keys')
}
