import { objectWith } from '../options/kinds.js'
import { argumentReader } from '../options/options.js'
import type { OriginSource } from '../types.js'

/** Reads the origins that `owner` takes, and makes what knows whether one is among them. */
export function knownOrigins(owner: string, given: unknown): (origin: string) => boolean {
  const source = argumentReader(
    owner,
    'origins',
    objectWith<OriginSource>('has', 'an object with has(origin), such as a Set'),
  )(given)

  return (origin) => {
    const answer: unknown = source.has(origin)
    if (typeof answer === 'boolean') return answer
    // What it rejects with would end the process.
    Promise.resolve(answer).catch(() => undefined)
    throw new TypeError(`${owner}: origins.has must return true or false, and at once`)
  }
}
