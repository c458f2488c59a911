/**
 * Texts that are small as text and large, or slow, as objects. Each is the value of one member, of about `length` characters, and
 * `seed` makes its names ones that were never seen before.
 */
export type HostileShape = (length: number, seed: number) => string

/** As many of these parts, joined by commas, as fit. */
function filled(open: string, close: string, length: number, part: (index: number) => string): string {
  const parts: string[] = []
  let left = length - open.length - close.length
  for (let index = 0; ; index++) {
    const next = part(index)
    left -= next.length + 1
    if (left < 0) break
    parts.push(next)
  }
  return open + parts.join(',') + close
}

const list = (length: number, part: (index: number) => string) => filled('[', ']', length, part)
const object = (length: number, part: (index: number) => string) => filled('{', '}', length, part)
const fresh = (seed: number, index: number) => `${seed.toString(36)}_${index.toString(36)}`

export const hostileShapes: Readonly<Record<string, HostileShape>> = {
  // V8 gives each of these a list of 500 slots.
  'one index in each object': (length) => list(length, () => '{"321":0}'),
  'two far indices in each object': (length) => list(length, () => '{"1023":0,"2500":0}'),
  'indices of one object': (length) => object(length, (index) => `"${index * 97}":0`),
  'empty objects': (length) => list(length, () => '{}'),
  'empty arrays': (length) => list(length, () => '[]'),
  'objects in objects': (length) => list(length, () => '{"a":{"a":{"a":0}}}'),
  'arrays of 15 levels': (length) => list(length, () => '['.repeat(13) + ']'.repeat(13)),
  'more levels than are read': (length) => '['.repeat(length / 2) + ']'.repeat(length / 2),
  'levels that never end': (length) => '{"a":'.repeat(length / 5),
  'numbers of one digit': (length) => list(length, () => '0'),
  'numbers of many digits': (length) => list(length, () => '9'.repeat(300)),
  fractions: (length) => list(length, () => '1.5e-7'),
  'empty strings': (length) => list(length, () => '""'),
  'escaped characters': (length) => list(length, () => '"\\u0061"'),
  'one string of escapes': (length) => `"${'\\u0061'.repeat(length / 6)}"`,
  'names that were never seen': (length, seed) => object(length, (index) => `"${fresh(seed, index)}":0`),
  'a name that was never seen in each object': (length, seed) =>
    list(length, (index) => `{"${fresh(seed, index)}":0}`),
  'long names': (length, seed) => object(length, (index) => `"${fresh(seed, index).padEnd(200, 'n')}":0`),
  'escaped names': (length, seed) => object(length, (index) => `"\\u0061${fresh(seed, index)}":0`),
  'one character that needs two bytes': (length) => `"\u{1F600}${'a'.repeat(length - 6)}"`,
}

/** What an honest customer might send at this length. */
export const plainValue: HostileShape = (length) => `"${'a'.repeat(length - 2)}"`
