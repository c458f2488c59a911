import { accepts, encoded, refuses, type Definition, type GroupDefinition } from '../definition.js'

const malformed = (about: string, rest: Omit<Definition, 'about' | 'refused'>) =>
  refuses('token_malformed', about, rest)

/** What changes nothing would be an honest token. */
function changed(text: string, change: (text: string) => string): string {
  const other = change(text)
  if (other === text) throw new Error('Nothing was changed')
  return other
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Sets a bit that stands for no byte. */
function withSpareBit(segment: string): string {
  if (segment.length % 4 === 0) throw new Error('The segment has no spare bits')
  const last = alphabet.indexOf(segment.slice(-1))
  return segment.slice(0, -1) + alphabet.charAt(last + 1)
}
const toBase64 = (segment: string) => segment.replaceAll('-', '+').replaceAll('_', '/')
const padded = (segment: string) => segment + '='.repeat((4 - (segment.length % 4)) % 4)

type Change = (text: string) => string
/** The token is really signed as it is spelled. */
const header = (change: Change) => ({
  headerText: (text: string) => `${text} `,
  spelled: (first: string, second: string) => [changed(first, change), second] as const,
})
const claims = (change: Change, text: Change = (same) => same) => ({
  claimsText: text,
  spelled: (first: string, second: string) => [first, changed(second, change)] as const,
})
const signature = (change: Change) => ({
  respelled: (token: string) => {
    const [first, second, third = ''] = token.split('.')
    return [first, second, changed(third, change)].join('.')
  },
})
const token = (respelled: Change) => ({ respelled })
const segments = (change: (header: string, claims: string, signature: string) => readonly string[]) => ({
  respelled: (text: string) => {
    const [first = '', second = '', third = ''] = text.split('.')
    return change(first, second, third).join('.')
  },
})
/** Fills the last group of three bytes in part, so that there are spare bits. */
const unaligned = (text: string) => text + ' '.repeat(2 - ((text.length + 1) % 3))
/** Has a character in it that differs between the two alphabets. */
const withOddCharacters = (text: string) => `${text.slice(0, -1)},"odd":"~~~???>>>~~~"}`

export const segmentsGroup: GroupDefinition = {
  name: 'segments',
  about: 'Three segments with two dots between them, none of them empty.',
  tests: [
    refuses(
      'credentials_missing',
      'nothing',
      token(() => ''),
    ),
    malformed(
      'one segment',
      segments((first) => [first]),
    ),
    malformed(
      'two segments',
      segments((first, second) => [first, second]),
    ),
    malformed(
      'a fourth segment',
      segments((...all) => [...all, 'AA']),
    ),
    malformed(
      'a fourth, empty segment',
      segments((...all) => [...all, '']),
    ),
    malformed(
      'an empty header',
      segments((_, ...others) => ['', ...others]),
    ),
    malformed(
      'an empty claims set',
      segments((first, _, third) => [first, '', third]),
    ),
    malformed(
      'an empty signature',
      segments((first, second) => [first, second, '']),
    ),
    malformed(
      'the JSON serialization of a JWS',
      segments((first, second, third) => [
        JSON.stringify({ protected: first, payload: second, signature: third }),
      ]),
    ),
    refuses(
      'algorithm_not_allowed',
      'an encrypted token: five segments',
      token(() =>
        [
          encoded('{"alg":"dir","enc":"A128GCM"}'),
          '',
          'AAAAAAAAAAAAAAAA',
          'AA',
          'AAAAAAAAAAAAAAAAAAAAAA',
        ].join('.'),
      ),
    ),
    malformed(
      'the word Bearer before it',
      token((text) => `Bearer ${text}`),
    ),
  ],
}

export const base64url: GroupDefinition = {
  name: 'base64url',
  about:
    'One token has one spelling: the alphabet of base64url, no padding, nothing else in between, and zeros in the bits that stand for no byte. The tokens are signed as they are spelled.',
  tests: [
    malformed('padding behind the header', header(padded)),
    malformed('padding behind the signature', signature(padded)),
    malformed('a spare bit of the header', header(withSpareBit)),
    malformed('a spare bit of the claims set', claims(withSpareBit, unaligned)),
    malformed('a spare bit of the signature', signature(withSpareBit)),
    accepts('- and _ in the claims set', { claimsText: withOddCharacters }),
    malformed('+ and / in the claims set', claims(toBase64, withOddCharacters)),
    malformed('+ and / in the signature', signature(toBase64)),
    malformed(
      'a character too many: no bytes have this length',
      claims(
        (text) => `${text}A`,
        (text) => text + ' '.repeat((3 - (text.length % 3)) % 3),
      ),
    ),
    malformed(
      'a line end behind it',
      token((text) => `${text}\n`),
    ),
    malformed(
      'a character whose lower byte is A, in the place of an A',
      token((text) => changed(text, () => text.replace('A', '\u0141'))),
    ),
  ],
}

const es256SignatureLength = 86

/** A token with a claim that makes it exactly so long. */
const ofLength = (length: number) => {
  const room = (headerText: string) => length - encoded(headerText).length - es256SignatureLength - 2
  // No number of bytes makes a length of 4n + 1.
  const headerText = (text: string) => (room(text) % 4 === 1 ? `${text} ` : text)
  return {
    headerText,
    claimsText: (text: string) => {
      const own = headerText('{"alg":"ES256","kid":"es256","typ":"project-auth+jwt"}')
      const bytes = Math.floor((room(own) * 3) / 4)
      const pad = bytes - text.length - ',"pad":""'.length
      return `${text.slice(0, -1)},"pad":"${'x'.repeat(pad)}"}`
    },
    respelled: (token: string) => {
      if (token.length !== length) throw new Error(`The token has ${token.length} characters, not ${length}`)
      return token
    },
  }
}

export const length: GroupDefinition = {
  name: 'length',
  about: 'maxTokenLength, in characters, is looked at before anything else.',
  verifier: { maxTokenLength: 500 },
  tests: [
    accepts('500 characters', ofLength(500)),
    refuses('request_malformed', '501 characters', ofLength(501)),
    refuses(
      'request_malformed',
      '501 characters that are no token',
      token(() => 'A'.repeat(501)),
    ),
  ],
}
