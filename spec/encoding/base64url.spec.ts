import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodeBase64url, decodeBase64urlText } from '../../lib/encoding/base64url.js'

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

describe('the text', () => {
  it.each([
    ['ASCII', '{"iss":"shop"}'],
    ['of two, three and four bytes a character', 'é € 😀'],
    ['of a replacement character that was there before', 'a\uFFFDb'],
    ['with NUL', '\0'],
  ])('%s is the one that was encoded', (_, text) => {
    expect(decodeBase64urlText(Buffer.from(text).toString('base64url'))).toBe(text)
  })

  it.each([
    ['a byte that begins nothing', [0x61, 0xff]],
    ['half of a character', [0xe2, 0x82]],
    ['a character in more bytes than it takes', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a replacement character beside what is none', [0xef, 0xbf, 0xbd, 0xff]],
  ])('is none with %s', (_, bytes) => {
    expect(decodeBase64urlText(Buffer.from(bytes).toString('base64url'))).toBeUndefined()
  })

  it.each(['', 'AB', 'AA==', '+/+/', 'AAA\u0141', 'AA AA'])('is none for the spelling %j', (segment) => {
    expect(decodeBase64urlText(segment)).toBeUndefined()
  })

  it('leaves nothing of what was longer before', () => {
    const long = 'x'.repeat(5000)
    expect(decodeBase64urlText(Buffer.from(long).toString('base64url'))).toBe(long)
    expect(decodeBase64urlText(Buffer.from('short').toString('base64url'))).toBe('short')
  })

  it('may be as long as that of the longest token, and not longer than any', () => {
    const fits = Buffer.alloc(12_288, 'x').toString('base64url')
    expect(decodeBase64urlText(fits)).toHaveLength(12_288)
    expect(decodeBase64urlText(Buffer.alloc(20_000, 'x').toString('base64url'))).toBeUndefined()
  })
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
