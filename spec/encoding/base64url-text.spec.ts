import { expect, it } from '@jest/globals'
import { decodeBase64urlText } from '../../lib/encoding/base64url-text.js'

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
