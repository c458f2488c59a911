import fc from 'fast-check'
import { anything } from './odd-values.js'

/** What it made, or undefined when it threw a TypeError. Anything else that it throws is a failure. */
export function made<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

export type Options = Readonly<Record<string, unknown>>

/** Good options, up to three of them changed. */
export function changesOf(fitting: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Options> {
  const change = fc
    .constantFrom(...Object.entries(fitting))
    .chain(([name, value]) =>
      fc.tuple(
        fc.constant(name),
        fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: anything }),
      ),
    )
  const other = fc.tuple(fc.string({ maxLength: 12 }), fc.constant(1))
  const list = fc.array(fc.oneof({ weight: 12, arbitrary: change }, { weight: 1, arbitrary: other }), {
    maxLength: 3,
  })
  return list.map((changes) => Object.fromEntries<unknown>(changes))
}

export const text = fc.oneof(
  fc.constantFrom('', ' ', 'a', 'a b', 'a"b', 'a\\b', 'é', 'a\r\nb'),
  fc.string({ maxLength: 8 }),
)
export const number = fc.oneof(
  fc.constantFrom(0, -0, 1, 0.5, 5, 60, 60.5, 61, 300, 3600, 3601, 60_000, 16_384, 16_385, -1, NaN, Infinity),
  fc.integer(),
  fc.double(),
)
export const names = fc.constantFrom(
  'ES256',
  'Ed25519',
  'EdDSA',
  'RS512',
  'es256',
  'HS256',
  'none',
  'ES256K',
  '__proto__',
  1,
)
