import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createVerifier, type Verifier, type VerifyContext } from '../../lib/index.js'
import { refusalOf } from './any-refusal.js'
import { audience, encode, kidOf, mint, now } from '../helpers/mint.js'
import { anyJson, changed, changesOf, claimJson, headerJson } from './odd-claims.js'
import { platform, rival, shop } from '../helpers/platform.js'
import { holds, Tally } from './property.js'
import { isProjectToken, otherAudience, read, write, type Members, type Rules } from './token-model.js'

const scopes = ['portal:read', 'portal:write']

const verifiers = new Map<string, Verifier>()

/** One for each set of rules. Its replay store has seen nothing, ever. */
function verifierWith(rules: Rules): Verifier {
  const name = JSON.stringify(rules)
  const known = verifiers.get(name)
  if (known !== undefined) return known
  const { bound, ...given } = rules
  const origins = { ...(bound && { allowedOrigins: ['https://shop.example'] }) }
  const projects = [shop(['ES256', 'EdDSA'], { scopes, ...origins }), rival]
  const { options } = platform({ audience: [audience, otherAudience], ...given }, projects)
  const verifier = createVerifier({ ...options, replayStore: { consume: () => true } })
  verifiers.set(name, verifier)
  return verifier
}

const usual: Rules = { clockTolerance: 10, maxLifetime: 300, bound: true }
const rules: fc.Arbitrary<Rules> = fc.record({
  clockTolerance: fc.constantFrom(10, 0, 60, 2.5),
  maxLifetime: fc.constantFrom(300, 1, 60, 3600),
  bound: fc.boolean(),
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
    15_000,
    fc.asyncProperty(changesOf(claimJson), fc.boolean(), rules, origin, (changes, dated, by, from) => {
      const claims = honestClaims.filter(([name]) => dated || name !== 'iat')
      return agree('EdDSA', honestHeader('EdDSA'), changed(claims, changes), by, from)
    }),
  )

  holds(
    'is accepted if and only if the model accepts its header',
    5_000,
    fc.asyncProperty(
      changesOf(headerJson),
      fc.constantFrom('ES256', 'EdDSA'),
      fc.boolean(),
      (changes, alg, strict) => {
        const by: Rules = { ...usual, ...(strict && { typ: 'project-auth+jwt' }) }
        return agree(alg, changed(honestHeader(alg), changes), honestClaims, by, undefined)
      },
    ),
  )

  holds(
    'is refused when its claims set is any JSON, or any bytes',
    1_000,
    fc.asyncProperty(fc.oneof(anyJson, fc.uint8Array({ maxLength: 40 })), async (rubbish) => {
      const claimsText = typeof rubbish === 'string' ? rubbish : Buffer.from(rubbish)
      tally.count(await refusalOf(verifierWith(usual).verify(mint({ claimsText }))))
    }),
  )

  it('was accepted often, and refused by every rule', () => {
    expect(tally.rare(3_000, ['accepted'])).toEqual([])
    const codes = [
      'algorithm_not_allowed',
      'token_type_not_allowed',
      'claim_missing',
      'claim_invalid',
      'token_expired',
    ]
    const others = ['token_not_active', 'token_lifetime_too_long', 'audience_mismatch', 'token_not_verified']
    expect(
      tally.rare(50, ['token_malformed', ...codes, ...others, 'issuer_mismatch', 'origin_not_allowed']),
    ).toEqual([])
  })

  it('is encoded as the model takes it', () => {
    expect(encode(write(honestHeader('ES256')))).toBe(mint().split('.')[0])
  })
})
