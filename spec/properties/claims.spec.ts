import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createVerifier, type Verifier, type VerifyContext } from '../../lib/index.js'
import { refusalOf } from '../helpers/any-refusal.js'
import { audience, encode, kidOf, mint, now } from '../helpers/mint.js'
import { platform, rival, shop } from '../helpers/platform.js'
import { holds, Tally } from '../helpers/property.js'
import {
  isProjectToken,
  otherAudience,
  read,
  write,
  type Members,
  type Rules,
} from '../helpers/token-model.js'

const scopes = ['portal:read', 'portal:write']

const verifiers = new Map<string, Verifier>()

/** One for each set of rules. Its replay store has seen nothing, ever. */
function verifierWith(rules: Rules): Verifier {
  const name = JSON.stringify(rules)
  const projects = [shop(['ES256', 'EdDSA'], { scopes, allowedOrigins: ['https://shop.example'] }), rival]
  const { options } = platform({ audience: [audience, otherAudience], ...rules }, projects)
  const verifier = verifiers.get(name) ?? createVerifier({ ...options, replayStore: { consume: () => true } })
  verifiers.set(name, verifier)
  return verifier
}

const anyJson = fc.oneof(
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

const claimJson: Readonly<Record<string, fc.Arbitrary<string | undefined>>> = {
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
  jti: id,
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

const headerJson: Readonly<Record<string, fc.Arbitrary<string | undefined>>> = {
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

function changesOf(table: Readonly<Record<string, fc.Arbitrary<string | undefined>>>) {
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

function changed(members: Members, changes: readonly Change[]): Members {
  return changes.reduce((before, { name, json, again }) => {
    const kept = again ? before : before.filter(([other]) => other !== name)
    return json === undefined ? kept : [...kept, [name, json] as const]
  }, members)
}

const rules: fc.Arbitrary<Rules> = fc.record({
  clockTolerance: fc.constantFrom(5, 0, 60, 2.5),
  maxLifetime: fc.constantFrom(300, 1, 60, 3600),
})
const origin = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom('https://shop.example', null, '', 'null', 'https://evil.example', 'https://shop.example/'),
)

const honestClaims: Members = [
  ['iss', '"shop"'],
  ['sub', '"shop"'],
  ['aud', JSON.stringify(audience)],
  ['proj_id', '"shop"'],
  ['jti', '"use-1"'],
  ['iat', String(now)],
  ['exp', String(now + 1)],
]
const honestHeader = (alg: string): Members => [
  ['alg', JSON.stringify(alg)],
  ['kid', JSON.stringify(kidOf(alg))],
  ['typ', '"project-auth+jwt"'],
]

const tally = new Tally()

/** Signed by the honest key, whatever it says. */
async function agree(
  alg: string,
  header: Members,
  claims: Members,
  by: Rules,
  from: VerifyContext['origin'],
) {
  const [headerText, claimsText] = [write(header), write(claims)]
  const token = mint({ alg, headerText, claimsText })
  const outcome = verifierWith(by).verify(token, { origin: from })
  // The algorithm that is named must also be the one that signed.
  const ofThisKey = read(header).kid === kidOf(alg)
  if (token.length > 4096 || !ofThisKey || !isProjectToken(header, claims, by, from)) {
    tally.count(await refusalOf(outcome))
    return
  }
  tally.count('accepted')
  const { scope } = read(claims)
  const asked = typeof scope === 'string' ? scope.split(' ') : scopes
  await expect(outcome).resolves.toMatchObject({
    project: { id: 'shop' },
    projectToken: {
      header: read(header),
      claims: read(claims),
      scopes: scopes.filter((name) => asked.includes(name)),
    },
  })
}

describe('a token that the honest key has signed', () => {
  holds(
    'is accepted if and only if the model accepts its claims',
    20_000,
    fc.asyncProperty(changesOf(claimJson), fc.boolean(), rules, origin, (changes, dated, by, from) => {
      const claims = honestClaims.filter(([name]) => dated || name !== 'iat')
      return agree('EdDSA', honestHeader('EdDSA'), changed(claims, changes), by, from)
    }),
  )

  holds(
    'is accepted if and only if the model accepts its header',
    8_000,
    fc.asyncProperty(
      changesOf(headerJson),
      fc.constantFrom('ES256', 'EdDSA'),
      fc.boolean(),
      (changes, alg, strict) => {
        const by: Rules = { clockTolerance: 5, maxLifetime: 300, ...(strict && { typ: 'project-auth+jwt' }) }
        return agree(alg, changed(honestHeader(alg), changes), honestClaims, by, undefined)
      },
    ),
  )

  holds(
    'is refused when its claims set is any JSON, or any bytes',
    2_000,
    fc.asyncProperty(fc.oneof(anyJson, fc.uint8Array({ maxLength: 40 })), async (rubbish) => {
      const claimsText = typeof rubbish === 'string' ? rubbish : Buffer.from(rubbish)
      tally.count(
        await refusalOf(verifierWith({ clockTolerance: 5, maxLifetime: 300 }).verify(mint({ claimsText }))),
      )
    }),
  )

  it('was accepted often, and refused by every rule', () => {
    expect(tally.rare(5_000, ['accepted'])).toEqual([])
    const codes = [
      'algorithm_not_allowed',
      'token_type_not_allowed',
      'claim_missing',
      'claim_invalid',
      'token_expired',
    ]
    const others = ['token_not_active', 'token_lifetime_too_long', 'audience_mismatch', 'token_not_verified']
    expect(
      tally.rare(100, ['token_malformed', ...codes, ...others, 'issuer_mismatch', 'origin_not_allowed']),
    ).toEqual([])
  })

  it('is encoded as the model takes it', () => {
    expect(encode(write(honestHeader('ES256')))).toBe(mint().split('.')[0])
  })
})
