import type { Option } from '../../options/options.js'
import { isIdentifier } from '../../protocol.js'

/** The place of a key in the list of its project. */
interface KeyPlace {
  readonly createdAt: number
  readonly kid: string
}

/** The place as text. It stays good when the key itself goes: `1790000000.25,key-1`. */
export function textOfPlace({ createdAt, kid }: KeyPlace): string {
  return `${createdAt},${kid}`
}

/** Reads what `textOfPlace` wrote. */
export const keyPlace: Option<KeyPlace | undefined> = (given, wrong) => {
  if (given === undefined) return undefined
  const [, time = '', kid] = (typeof given === 'string' && /^(-?\d[\d.e+-]*),(.+)$/s.exec(given)) || []
  const createdAt = Number(time)
  // 10^11 seconds is the year 5138; beyond its own range a database would fail.
  if (Math.abs(createdAt) <= 1e11 && isIdentifier(kid)) return { createdAt, kid }
  throw wrong('must be the next of a list of keys')
}
