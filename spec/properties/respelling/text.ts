import fc from 'fast-check'
import { encode } from '../../helpers/mint.js'
import { inSegment, insert, nothing, position, replaceCharacter, respelling, segment } from './change.js'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Sets the bits of the last character that stand for no byte: a forgiving decoder reads the same bytes. */
function withTrailingBits(text: string, bits: number): string {
  const free = text.length % 4 === 2 ? 4 : text.length % 4 === 3 ? 2 : 0
  const value = alphabet.indexOf(text.at(-1) ?? '')
  if (free === 0 || value < 0) return text
  return text.slice(0, -1) + alphabet.charAt(value ^ (1 + (bits % (2 ** free - 1))))
}

const lookalikes: Readonly<Record<string, string>> = {
  A: '\u0410',
  B: '\u0412',
  E: '\u0415',
  K: '\u212A',
  O: '\u041E',
  a: '\u0430',
  c: '\u0441',
  e: '\u0435',
  i: '\u0456',
  o: '\u043E',
  s: '\u017F',
  '-': '\u2010',
  _: '\u203F',
  '.': '\uFF0E',
}

const insertedTexts = [
  ...[
    ' ',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\v',
    '\f',
    '\0',
    '\u00A0',
    '\u0085',
    '\u2028',
    '\u3000',
    '\uFEFF',
    '\u200B',
  ],
  ...[
    '=',
    '+',
    '/',
    '~',
    '.',
    '..',
    '%',
    '%00',
    '%20',
    '%0A',
    '*',
    ',',
    ';',
    '"',
    '\\',
    '\u00AD',
    '\u0301',
    '\uD800',
  ],
  ...['A', 'a', '-', '_', '\u{1F600}', '\u0100', '\u0141'],
]

const percent = (character: string) =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** Other text for the same bytes, and nearly the same text. */
export const textRespelling = fc.oneof(
  respelling(
    'pad',
    fc.tuple(segment, fc.constantFrom('=', '==', '===', '====', '%3D', '%3d')),
    (t, [i, pad]) => inSegment(t, i, (text) => text + pad),
  ),
  respelling('base64 alphabet', segment, (t, i) =>
    inSegment(t, i, (text) => text.replaceAll('-', '+').replaceAll('_', '/')),
  ),
  respelling('base64', segment, (t, i) =>
    inSegment(t, i, (text) => Buffer.from(text, 'base64url').toString('base64')),
  ),
  respelling('base64url twice', segment, (t, i) => inSegment(t, i, encode)),
  respelling('hex', segment, (t, i) =>
    inSegment(t, i, (text) => Buffer.from(text, 'base64url').toString('hex')),
  ),
  respelling('trailing bits', fc.tuple(segment, fc.nat({ max: 15 })), (t, [i, bits]) =>
    inSegment(t, i, (text) => withTrailingBits(text, bits)),
  ),
  respelling('insert', fc.tuple(position, fc.constantFrom(...insertedTexts)), (t, [at, piece]) =>
    insert(t, at, piece),
  ),
  respelling(
    'begin with',
    fc.constantFrom(...insertedTexts, 'Bearer ', 'JWT ', '<', '{'),
    (t, piece) => piece + t,
  ),
  respelling('end with', fc.constantFrom(...insertedTexts, ' Bearer', '>', '}'), (t, piece) => t + piece),
  respelling('quote', fc.constantFrom('"', "'", '`'), (t, quote) => quote + t + quote),
  respelling(
    'break lines',
    fc.tuple(fc.constantFrom(4, 64, 76), fc.constantFrom('\n', '\r\n', ' ')),
    (t, [width, end]) => (t.match(new RegExp(`.{1,${width}}`, 'gs')) ?? []).join(end),
  ),
  respelling('percent-encode', position, (t, at) => replaceCharacter(t, at, percent)),
  respelling('percent-encode all', nothing, (t) => Array.from(t, percent).join('')),
  respelling('fullwidth', position, (t, at) =>
    replaceCharacter(t, at, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)),
  ),
  // The low byte of such a character is the ASCII one, which a careless cut to bytes brings back.
  respelling('high byte', fc.tuple(position, fc.integer({ min: 1, max: 255 })), (t, [at, high]) =>
    replaceCharacter(t, at, (character) =>
      String.fromCharCode((character.charCodeAt(0) & 0xff) + high * 256),
    ),
  ),
  respelling('lookalike', position, (t, at) => {
    const found = Array.from(t).findIndex(
      (character, index) => index >= at % t.length && character in lookalikes,
    )
    return found < 0 ? t : replaceCharacter(t, found, (character) => lookalikes[character] ?? character)
  }),
  respelling('case', position, (t, at) =>
    replaceCharacter(t, at, (character) =>
      character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase(),
    ),
  ),
  respelling('case of all', fc.boolean(), (t, upper) => (upper ? t.toUpperCase() : t.toLowerCase())),
  respelling(
    'another character',
    fc.tuple(position, fc.constantFrom(...alphabet.split(''))),
    (t, [at, character]) => replaceCharacter(t, at, () => character),
  ),
  respelling('leave out', fc.tuple(position, fc.integer({ min: 1, max: 8 })), (t, [at, removed]) =>
    insert(t, at, '', removed),
  ),
  respelling('say twice', fc.tuple(position, fc.integer({ min: 1, max: 8 })), (t, [at, length]) =>
    insert(t, at, t.slice(at % t.length, (at % t.length) + length)),
  ),
)

/** Other segments, in another order or from another token. */
export const segmentRespelling = fc.oneof(
  respelling('drop a segment', segment, (t, i) => t.split('.').toSpliced(i, 1).join('.')),
  respelling('empty a segment', segment, (t, i) => inSegment(t, i, () => '')),
  respelling('double a segment', segment, (t, i) =>
    t
      .split('.')
      .flatMap((text, index) => (index === i ? [text, text] : [text]))
      .join('.'),
  ),
  respelling('repeat within a segment', segment, (t, i) => inSegment(t, i, (text) => text + text)),
  respelling('segment of another token', segment, (t, i, other) =>
    inSegment(t, i, () => other.split('.')[i] ?? ''),
  ),
  respelling('further segment', fc.constantFrom('', 'e30', 'AA', '='), (t, text) => `${t}.${text}`),
  respelling(
    'two tokens',
    fc.constantFrom('', '.', ',', ', ', ' ', '~', '\n', '&'),
    (t, between, other) => t + between + other,
  ),
  respelling('turn round', nothing, (t) => t.split('.').reverse().join('.')),
  respelling('other dots', fc.constantFrom('..', ',', ':', '%2E', '\u3002', '\uFF0E', '~', ' '), (t, dot) =>
    t.replaceAll('.', dot),
  ),
  respelling('JSON serialization', fc.boolean(), (t, flattened) => {
    const [header = '', payload = '', signature = ''] = t.split('.')
    const signed = { protected: header, signature }
    return JSON.stringify(flattened ? { payload, ...signed } : { payload, signatures: [signed] })
  }),
)
