import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodeBase64url } from '../../lib/encoding/base64url.js'

it.each([1, 2, 3, 4, 64, 1000])('decodes what encodes %d bytes', (length) => {
  const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * 89 + 251) % 256))
  expect(decodeBase64url(bytes.toString('base64url'))).toEqual(bytes)
})

it('decodes the two characters that base64 spells otherwise', () => {
  expect(decodeBase64url('-_-_')).toEqual(Buffer.from([0xfb, 0xff, 0xbf]))
})

it.each([
  ['nothing', ''],
  ['padding', 'AA=='],
  ['one character of padding', 'AAA='],
  ['the plus and slash of base64', '+/+/'],
  ['a length that no bytes have', 'AAAAA'],
  ['a single character', 'A'],
  ['trailing bits that are not zero, after one byte', 'AB'],
  ['trailing bits that are not zero, after two bytes', 'AAB'],
  ['a space', 'AA AA'],
  ['a leading space', ' AAAA'],
  ['a line end', 'AAAA\n'],
  ['a tab', 'AA\tAA'],
  ['NUL', 'AAAA\0'],
  ['a dot', 'AA.AA'],
  ['a percent escape', 'AA%2D'],
  ['a letter that is not ASCII', 'AAAÁ'],
  ['a wide character whose low byte is a letter', 'AAA\u0141'],
  ['a byte order mark', '\uFEFFAAAA'],
])('refuses %s', (_, segment) => {
  expect(decodeBase64url(segment)).toBeUndefined()
})

it('is what encodes to the same text again, whatever is put into it', () => {
  const alphabet = Array.from('AQgwBEIMUYcko048-_+/=.~ \n\0Á\u0141\uD83D\uFFFF')
  const segment = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 })
  fc.assert(
    fc.property(segment, (text) => {
      const bytes = Buffer.from(text, 'base64url')
      const isCanonical = bytes.length > 0 && bytes.toString('base64url') === text
      expect(decodeBase64url(text)).toEqual(isCanonical ? bytes : undefined)
    }),
    { numRuns: 20_000 },
  )
})
