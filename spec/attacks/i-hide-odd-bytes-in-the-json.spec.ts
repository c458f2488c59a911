import { describe, expect, it } from '@jest/globals'
import { expectRefusal } from '../helpers/refusals.js'
import { audience, mint, now } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'

// Every token here is really signed: the JSON itself is odd.
const verifier = verifierOf()
let used = 0

const header = '{"alg":"ES256","kid":"key-es256"}'
const claims = (more = '') =>
  `{"iss":"shop","aud":"${audience}","proj_id":"shop","jti":"odd-${(used += 1)}","exp":${now + 110}${more}}`
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)))
const nested = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)
const listed = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

it.each([
  ['plain', claims()],
  ['with white space', ` \r\n\t${claims()}\n`],
  ['with letters of all lengths', claims(',"x":"aé€😀"')],
  ['with as many levels as are allowed', claims(`,"x":${nested(15)}`)],
])('accepts the honest token, %s', async (_, claimsText) => {
  await expect(verifier.verify(mint({ headerText: header, claimsText }))).resolves.toMatchObject({
    project: { id: 'shop' },
  })
})

/** What can be done to the text of either part. */
const oddities: [string, (text: string) => string | Buffer][] = [
  ['a byte order mark', (text) => `\uFEFF${text}`],
  ['a byte order mark at the end', (text) => `${text}\uFEFF`],
  ['UTF-16', (text) => Buffer.from(text, 'utf16le')],
  ['UTF-16 with its byte order mark', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['a stray byte in a name', (text) => bytes(text.slice(0, -1), ',"', [0xff], '":1}')],
  ['a stray byte in a value', (text) => bytes(text.slice(0, -1), ',"x":"', [0x80], '"}')],
  ['an overlong quote', (text) => bytes(text.slice(0, -1), ',"x":"', [0xc0, 0xa2], '"}')],
  ['an encoded surrogate', (text) => bytes(text.slice(0, -1), ',"x":"', [0xed, 0xa0, 0x80], '"}')],
  ['a character that is cut', (text) => bytes(text.slice(0, -1), ',"x":"', [0xe2, 0x82], '"}')],
  ['a code point too large', (text) => bytes(text.slice(0, -1), ',"x":"', [0xf4, 0x90, 0x80, 0x80], '"}')],
  ['data behind it', (text) => `${text}{}`],
  ['a letter behind it', (text) => `${text}x`],
  ['a NUL behind it', (text) => `${text}\0`],
  ['a NUL in front', (text) => `\0${text}`],
  ['a NUL between members', (text) => `${text.slice(0, -1)}\0,"x":1}`],
  ['a no-break space in front', (text) => `\u00A0${text}`],
  ['a comment', (text) => `${text.slice(0, -1)}/* */}`],
  ['a comma too many', (text) => `${text.slice(0, -1)},}`],
  ['NaN', (text) => `${text.slice(0, -1)},"x":NaN}`],
  ['a list around it', (text) => `[${text}]`],
  ['quotes around it', (text) => JSON.stringify(text)],
  ['its end missing', (text) => text.slice(0, -1)],
  ['17 levels', (text) => `${text.slice(0, -1)},"x":${nested(16)}}`],
  ['200 levels', (text) => `${text.slice(0, -1)},"x":${nested(200)}}`],
  ['1,000 levels of lists', (text) => `${text.slice(0, -1)},"x":${listed(1000)}}`],
  ['1,000 levels of lists that never end', (text) => `${text.slice(0, -1)},"x":${'['.repeat(1000)}}`],
]

describe('in the claims set', () => {
  it.each(oddities)('refuses %s', (_, odd) =>
    expectRefusal(
      verifier.verify(mint({ headerText: header, claimsText: odd(claims()) })),
      'token_malformed',
    ),
  )

  it.each(['null', '1', '"shop"', '[]', 'true', ' '])('refuses %j, which is no object', (claimsText) =>
    expectRefusal(verifier.verify(mint({ headerText: header, claimsText })), 'token_malformed'),
  )
})

describe('in the header', () => {
  it.each(oddities)('refuses %s', (_, odd) =>
    expectRefusal(
      verifier.verify(mint({ headerText: odd(header), claimsText: claims() })),
      'token_malformed',
    ),
  )

  it.each(['null', '1', '"ES256"', '["ES256"]', 'true', ' '])(
    'refuses %j, which is no object',
    (headerText) => expectRefusal(verifier.verify(mint({ headerText })), 'token_malformed'),
  )
})

it('refuses objects nested 1,000 deep, where a longer token is accepted', async () => {
  const withLargerLimit = verifierOf({ maxTokenLength: 16_384 })
  const token = (levels: number) => mint({ headerText: header, claimsText: claims(`,"x":${nested(levels)}`) })
  expect(token(1000).length).toBeGreaterThan(4096)
  await expectRefusal(withLargerLimit.verify(token(1000)), 'token_malformed')
  await expect(withLargerLimit.verify(token(15))).resolves.toBeDefined()
})
