import { expect, it } from '@jest/globals'
import { escaped, quoted, shown } from '../../lib/options/quoted.js'

it('quotes a name of at most 40 characters, in ASCII', () => {
  const [longest, tooLong] = ['a'.repeat(40), 'a'.repeat(41)]
  expect([quoted('shop'), quoted(longest), quoted(tooLong)]).toEqual([' "shop"', ` "${longest}"`, ''])
  expect(escaped(tooLong)).toBe(`"${tooLong}"`)
  expect(escaped('sh\u200bop \u202e"\u{1f6d2}\u0085')).toBe('"sh\\u200bop \\u202e\\"\\ud83d\\uded2\\u0085"')
})

it('shows a value of at most 17 characters as JSON, and no longer one', () => {
  expect([
    shown('es256'),
    shown(1n),
    shown(undefined),
    shown(['a'.repeat(20)]),
    shown('a'.repeat(15)),
    shown('a'.repeat(16)),
  ]).toEqual([' "es256"', ' 1n', ' undefined', '', ` "${'a'.repeat(15)}"`, ''])
})
