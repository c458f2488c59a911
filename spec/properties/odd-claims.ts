import fc from 'fast-check'
import { audience, now } from '../helpers/mint.js'
import { otherAudience, type Members } from './token-model.js'

/** JSON of any kind, as text. */
export const anyJson = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '0',
    '-0',
    '1e400',
    '-1e400',
    '""',
    '" "',
    '[]',
    '{}',
    '[null]',
    '"\\ud800"',
    '"\\u0000"',
  ),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
)
const oneOf = (...values: readonly unknown[]) =>
  fc.constantFrom(...values.map((value) => JSON.stringify(value)))

/** Moments around every edge that a rule has. Quarters, which no addition rounds. */
const moment = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(0, 1, 60, 300, 3600, -1, -60, -300, -3600),
      fc.constantFrom(0, 5, 60, -5, -60, 120, -120),
      fc.constantFrom(0, 0.25, -0.25, 1, -1),
    )
    .map(([lifetime, tolerance, little]) => String(now + lifetime + tolerance + little)),
  fc.integer({ min: now - 400, max: now + 400 }).map(String),
  fc.constantFrom(
    `${now}.5`,
    `${now}e0`,
    '179000005E1',
    `${now}000`,
    `"${now}"`,
    `[${now}]`,
    '1e308',
    '-1e308',
  ),
)

/** jti of every length around the limit, of characters from all over Unicode. */
const id = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom(0, 0, 0, 244, 250, 255, 256, 257))
  .map(([text, length]) => JSON.stringify(text.padEnd(length, 'x')))

/** What each claim may be, right or wrong. Undefined takes it away. */
export const claimJson: Readonly<Record<string, fc.Arbitrary<string | undefined>>> = {
  iss: oneOf('shop', 'Shop', 'rival', 'shop '),
  sub: fc.oneof(fc.constant(undefined), oneOf('shop', 'rival', 'SHOP', ['shop'])),
  aud: fc.oneof(
    oneOf(
      audience,
      otherAudience,
      [audience],
      [otherAudience],
      [audience, otherAudience],
      [audience, audience],
    ),
    oneOf(`${audience}/`, `${audience}\0`, audience.toUpperCase(), [[audience]], [], [null], {
      0: audience,
      length: 1,
    }),
  ),
  proj_id: oneOf('shop', 'rival', 'Shop', ['shop'], 'shop\0', '__proto__', 'x'.repeat(257)),
  jti: fc.oneof(
    { weight: 8, arbitrary: id },
    fc.constantFrom('"x\\ud800"', '"\\udc00\\ud800"', '"x\\u0085"'),
  ),
  exp: moment,
  iat: fc.oneof(fc.constant(undefined), moment),
  nbf: moment,
  scope: fc.oneof(
    oneOf(
      'portal:read',
      'portal:write portal:read',
      'portal:read portal:read',
      'admin',
      '',
      ' ',
      'a  b',
      ' a',
      'a "b"',
    ),
    fc.string({ unit: 'grapheme-ascii', maxLength: 6 }).map((text) => JSON.stringify(text)),
  ),
  origin: oneOf('https://shop.example', 'https://shop.example/', 'https://evil.example', 'null', '', [
    'https://shop.example',
  ]),
  nonce: oneOf('n', '', null),
  cnf: oneOf({ jkt: 'x' }, {}, null),
  other: anyJson,
  __proto__claim: anyJson,
}

/** The same for the header. */
export const headerJson: Readonly<Record<string, fc.Arbitrary<string | undefined>>> = {
  alg: oneOf(
    'ES256',
    'EdDSA',
    'Ed25519',
    'es256',
    'none',
    'HS256',
    'RS256',
    'ES384',
    'ES256\0',
    ['ES256'],
    'hasOwnProperty',
  ),
  kid: oneOf(
    'key-es256',
    'key-eddsa',
    'key-ES256',
    'key-rival',
    'key-es256\0',
    '__proto__',
    'x'.repeat(257),
    ['key-es256'],
  ),
  typ: fc.oneof(
    fc.constant(undefined),
    oneOf(
      'JWT',
      'jwt',
      'application/jwt',
      'APPLICATION/Project-Auth+JWT',
      'project-auth+jwt',
      'PROJECT-AUTH+JWT',
    ),
    oneOf(
      'at+jwt',
      'dpop+jwt',
      'project-key-proof+jwt',
      '',
      'JWT ',
      'application/',
      'application/application/jwt',
      ['JWT'],
    ),
  ),
  other: anyJson,
  ...Object.fromEntries(
    ['crit', 'b64', 'zip', 'enc', 'cty', 'jwk', 'jku', 'x5u', 'x5c', 'x5t', 'url', 'Crit'].map((name) => [
      name,
      anyJson,
    ]),
  ),
}

interface Change {
  readonly name: string
  /** Undefined takes the member away. */
  readonly json: string | undefined
  /** Leaves what was there, and adds this one too. */
  readonly again: boolean
}

/** Up to four of these members, set. */
export function changesOf(table: Readonly<Record<string, fc.Arbitrary<string | undefined>>>) {
  const change = fc.constantFrom(...Object.entries(table)).chain(([name, fitting]) =>
    fc.record<Change>({
      name: fc.constant(name === '__proto__claim' ? '__proto__' : name),
      json: fc.oneof(
        { weight: 8, arbitrary: fitting },
        { weight: 1, arbitrary: anyJson },
        fc.constant(undefined),
      ),
      again: fc.nat({ max: 24 }).map((one) => one === 0),
    }),
  )
  return fc.array(change, { maxLength: 4 })
}

export function changed(members: Members, changes: readonly Change[]): Members {
  return changes.reduce((before, { name, json, again }) => {
    const kept = again ? before : before.filter(([other]) => other !== name)
    return json === undefined ? kept : [...kept, [name, json] as const]
  }, members)
}
