import fc from 'fast-check'
import { encode } from '../../helpers/mint.js'
import { inSegment, insert, position, replaceCharacter, respelling } from './change.js'

/** Changes the JSON of the header (0) or the claims (1) after it was signed. */
function inJson(token: string, index: number, change: (text: string) => string | Buffer): string {
  return inSegment(token, index, (text) => encode(change(Buffer.from(text, 'base64url').toString('utf8'))))
}

function inMembers(
  token: string,
  index: number,
  change: (members: [string, unknown][]) => [string, unknown][],
) {
  return inJson(token, index, (text) => {
    try {
      const members = change(Object.entries(JSON.parse(text) as object))
      // Written by hand, so that a member can stand there twice.
      return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
    } catch {
      return text
    }
  })
}

const part = fc.nat({ max: 1 })
const memberName = fc.constantFrom(
  ...[
    'alg',
    'typ',
    'kid',
    'crit',
    'b64',
    'zip',
    'jwk',
    'x5c',
    'iss',
    'aud',
    'sub',
    'proj_id',
    'jti',
    'exp',
    'iat',
    'nbf',
  ],
  ...['scope', 'origin', 'nonce', 'cnf', '__proto__', 'constructor', 'toJSON', 'ALG', 'kid ', ''],
)
const memberValue = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      'none',
      'None',
      'HS256',
      'es256',
      'ES256',
      'ES256K',
      'RS256',
      'PS256',
      'EdDSA',
      'Ed25519',
      'Ed448',
      'ES384',
    ],
    ...[
      'JWT',
      'jwt',
      'application/jwt',
      'project-auth+jwt',
      'PROJECT-AUTH+JWT',
      'at+jwt',
      'shop',
      'rival',
      'Shop',
    ],
    ...[
      'key-es256',
      'key-es256 ',
      'KEY-ES256',
      'key-rs256',
      '../key-es256',
      "' or 1=1 --",
      'https://platform.example',
    ],
    ...[
      true,
      false,
      null,
      0,
      -1,
      1_790_000_200,
      1e300,
      [],
      {},
      ['alg'],
      ['https://platform.example'],
      { jkt: 'x' },
    ],
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

/** The header or the claims set, changed after it was signed. */
export const jsonRespelling = fc.oneof(
  respelling(
    'space in JSON',
    fc.tuple(part, position, fc.constantFrom(' ', '\n', '\r', '\t')),
    (t, [i, at, space]) =>
      inJson(t, i, (text) => {
        const places = Array.from(text.matchAll(/[{}:,]/g), (match) => match.index + 1)
        return insert(text, places[at % Math.max(places.length, 1)] ?? 0, space)
      }),
  ),
  respelling(
    'space before JSON',
    fc.tuple(part, fc.constantFrom(' ', '\n', '\0', '\uFEFF', '\u00A0')),
    (t, [i, space]) => inJson(t, i, (text) => space + text),
  ),
  respelling(
    'end of JSON',
    fc.tuple(part, fc.constantFrom(' ', '\n', '\0', '{}', '}', ',', '//')),
    (t, [i, end]) => inJson(t, i, (text) => text + end),
  ),
  respelling('escape in JSON', fc.tuple(part, position), (t, [i, at]) =>
    inJson(t, i, (text) => {
      const letters = Array.from(text.matchAll(/[\w.+/-]/g), (match) => match.index)
      const index = letters[at % Math.max(letters.length, 1)] ?? 0
      return replaceCharacter(
        text,
        index,
        (letter) => `\\u00${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
      )
    }),
  ),
  respelling('escaped slash', part, (t, i) => inJson(t, i, (text) => text.replaceAll('/', '\\/'))),
  respelling(
    'number in JSON',
    fc.constantFrom('$1.0', '$1e0', '$10e-1', '0$1', '+$1', '"$1"', '$1.5', '-$1'),
    (t, by) => inJson(t, 1, (text) => text.replace(/(\d{10})/, by)),
  ),
  respelling('order of members', fc.tuple(part, position), (t, [i, by]) =>
    inMembers(t, i, (members) => {
      const turn = 1 + (by % Math.max(members.length - 1, 1))
      return [...members.slice(turn), ...members.slice(0, turn)]
    }),
  ),
  respelling('member twice', fc.tuple(part, position, fc.boolean()), (t, [i, at, first]) =>
    inMembers(t, i, (members) => {
      const twin = members.slice(at % Math.max(members.length, 1)).slice(0, 1)
      return first ? [...twin, ...members] : [...members, ...twin]
    }),
  ),
  respelling(
    'further member',
    fc.tuple(part, memberName, memberValue, fc.boolean()),
    (t, [i, name, value, first]) =>
      inMembers(t, i, (members) => (first ? [[name, value], ...members] : [...members, [name, value]])),
  ),
  respelling('other value', fc.tuple(part, position, memberValue), (t, [i, at, value]) =>
    inMembers(t, i, (members) =>
      members.map(([name, old], index) => [name, index === at % members.length ? value : old]),
    ),
  ),
  respelling('other name', fc.tuple(part, position, memberName), (t, [i, at, name]) =>
    inMembers(t, i, (members) =>
      members.map(([old, value], index) => [index === at % members.length ? name : old, value]),
    ),
  ),
  respelling('leave out a member', fc.tuple(part, position), (t, [i, at]) =>
    inMembers(t, i, (members) => members.toSpliced(at % Math.max(members.length, 1), 1)),
  ),
  respelling(
    'header',
    fc.oneof(
      fc.tuple(
        fc.constant('alg'),
        fc.constantFrom('none', 'NONE', 'es256', 'ES256 ', 'HS256', 'ES256K', 'Ed25519', 'EdDSA'),
      ),
      fc.tuple(
        fc.constant('typ'),
        fc.constantFrom('JWT', 'jwt', 'application/project-auth+jwt', 'at+jwt', 'project-auth+jwt '),
      ),
      fc.tuple(
        fc.constant('kid'),
        fc.constantFrom('key-ES256', 'key-es256', 'key-es256 ', 'key-es256\0', 'key-rival', '../x'),
      ),
    ),
    (t, [name, value]) =>
      inMembers(t, 0, (members) => members.map(([old, was]) => [old, old === name ? value : was])),
  ),
  respelling('in an array', part, (t, i) => inJson(t, i, (text) => `[${text}]`)),
  respelling('UTF-16', part, (t, i) => inJson(t, i, (text) => Buffer.from(text, 'utf16le'))),
  respelling(
    'bad UTF-8',
    fc.tuple(part, position, fc.constantFrom('80', 'C080', 'EDA080', 'FF')),
    (t, [i, at, hex]) =>
      inJson(t, i, (text) => {
        const index = at % (text.length + 1)
        return Buffer.concat([
          Buffer.from(text.slice(0, index)),
          Buffer.from(hex, 'hex'),
          Buffer.from(text.slice(index)),
        ])
      }),
  ),
)
