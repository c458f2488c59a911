import { describe, expect, it } from '@jest/globals'
import { checkClaims } from '../../lib/verify/claims.js'
import { thrownBy } from '../helpers/admission.js'
import {
  descriptionOf,
  expectStepRefusal,
  inMilliseconds,
  invalidClaim,
  missingClaim,
  otherAudience,
  saidOf,
} from '../helpers/refusals.js'
import { audience, now } from '../helpers/mint.js'

const settings = {
  audience: new Set([audience, 'https://second.example']),
  maxLifetime: 300,
  clockTolerance: 5,
}
/** The five claims that a token needs, and no other. */
const required = { iss: 'shop', aud: audience, proj_id: 'shop', jti: 'use-1', exp: now + 110 }
const check = (override: object, at = now) => checkClaims({ ...required, ...override }, settings, at)
const refused = (
  override: object,
  ...answer: [code: Parameters<typeof expectStepRefusal>[1], text?: string]
) => expectStepRefusal(() => check(override), ...answer)

it('takes the five required claims, and returns them as they are', () => {
  const claims = { ...required }
  expect(checkClaims(claims, settings, now)).toBe(claims)
  expect(claims).toEqual(required)
})

it('takes every optional claim', () => {
  const optional = {
    sub: 'shop',
    iat: now,
    nbf: now,
    scope: 'a b',
    origin: 'https://shop.example',
    other: [1],
  }
  expect(check(optional)).toEqual({ ...required, ...optional })
})

describe.each(['iss', 'aud', 'proj_id', 'jti', 'exp'])('%s', (name) => {
  it('is required', () => refused({ [name]: undefined }, 'claim_missing', missingClaim(name)))
  it('is not null', () => refused({ [name]: null }, 'claim_invalid', invalidClaim(name)))
  it('is not an object', () => refused({ [name]: { a: 1 } }, 'claim_invalid', invalidClaim(name)))
  it('is not true', () => refused({ [name]: true }, 'claim_invalid', invalidClaim(name)))
})

describe.each(['iss', 'proj_id', 'jti'])('%s', (name) => {
  it.each([[''], [1], [['shop']], [[]]])('is not %j', (value) =>
    refused({ [name]: value }, 'claim_invalid', invalidClaim(name)),
  )
})

describe('aud', () => {
  const both = otherAudience(`${audience} or https://second.example`)
  const severalAudiences = 'The aud of the token must be one audience.'

  it.each([[audience], [[audience]], ['https://second.example']])('may be %j', (aud) => {
    expect(check({ aud })).toMatchObject({ aud })
  })

  it.each([
    [''],
    ['https://other.example'],
    [`${audience}/`],
    [audience.toUpperCase()],
    [` ${audience}`],
    [['https://other.example']],
    [['']],
  ])('may not be %j', (aud) => refused({ aud }, 'audience_mismatch', both))

  it.each([[[]], [[audience, audience]], [[audience, 'https://second.example']]])('is one, not %j', (aud) =>
    refused({ aud }, 'audience_mismatch', severalAudiences),
  )

  it.each([[1], [[1]], [[null]], [[{}]]])('is text, not %j', (aud) =>
    refused({ aud }, 'claim_invalid', invalidClaim('aud')),
  )

  it.each([
    [['a', 'b', 'c'], 'a or b or c'],
    [['a', 'b', 'c', 'd'], 'a or b or c or another of its names'],
    [['caf\u00e9', 'a"b', 'x'.repeat(257), 'd'], 'd'],
  ])('is named in the refusal as far as a challenge can hold it: %j', (names, ours) =>
    expectStepRefusal(
      () => checkClaims({ ...required, aud: 'z' }, { ...settings, audience: new Set(names) }, now),
      'audience_mismatch',
      otherAudience(ours),
    ),
  )

  it('is not named where no challenge could hold it', () =>
    expectStepRefusal(
      () => checkClaims({ ...required, aud: 'z' }, { ...settings, audience: new Set(['caf\u00e9']) }, now),
      'audience_mismatch',
      descriptionOf('audience_mismatch'),
    ))

  it('is not a list in a list', () => refused({ aud: [[audience]] }, 'audience_mismatch', severalAudiences))
})

describe('jti', () => {
  it.each(['a', 'j'.repeat(256), 'é', '😀', 'a b', '__proto__', '0'])('may be %j', (jti) => {
    expect(check({ jti }).jti).toBe(jti)
  })

  it.each(['j'.repeat(257), ' ', '\u00a0\u3000', '\t', 'a\0', 'a\nb', 'a\x7f', 'a\x85', '\ud800', 'a\udc00'])(
    'may not be %j',
    (jti) => refused({ jti }, 'claim_invalid', invalidClaim('jti')),
  )
})

describe('sub', () => {
  const differ = 'The claims sub and proj_id of the token differ.'

  it.each([['rival'], ['Shop'], [null], [''], [1], [['shop']]])('is proj_id or absent, not %j', (sub) =>
    refused({ sub }, 'claim_invalid', differ),
  )
})

describe('scope', () => {
  it.each(['a', 'portal:read portal:write', '!', '~', "[]^_`{|}#$%&'()*+,-./"])('may be %j', (scope) => {
    expect(check({ scope }).scope).toBe(scope)
  })

  it.each([
    [''],
    [' '],
    ['a '],
    [' a'],
    ['a  b'],
    ['a\tb'],
    ['a"b'],
    ['a\\b'],
    ['é'],
    ['a\n'],
    [null],
    [1],
    [['a']],
  ])('may not be %j', (scope) => refused({ scope }, 'claim_invalid', invalidClaim('scope')))
})

describe('origin', () => {
  it.each([[null], [1], [['https://shop.example']], [{}]])('may not be %j', (origin) =>
    refused({ origin }, 'claim_invalid', invalidClaim('origin')),
  )
})

describe.each(['nonce', 'cnf'])('%s', (name) => {
  it.each([['n'], [''], [null], [{ jkt: 'x' }], [false]])(
    'is refused, for nobody enforces it here: %j',
    (value) =>
      refused(
        { [name]: value },
        'claim_invalid',
        `The token is bound by the claim ${name}, which is not enforced here.`,
      ),
  )
})

describe('the times', () => {
  const late = 'token_expired'
  const early = 'token_not_active'
  const long = 'token_lifetime_too_long'

  it.each(['exp', 'iat', 'nbf'])('are finite numbers: %s', async (name) => {
    for (const value of [String(now), null, [now], {}, true, Infinity, -Infinity, NaN]) {
      await refused({ [name]: value }, 'claim_invalid', invalidClaim(name))
    }
  })

  it('may have fractions', () => {
    expect(check({ exp: now + 110.5, iat: now - 0.25, nbf: now - 0.125 }).exp).toBe(now + 110.5)
  })

  it('end with exp and the tolerance', async () => {
    expect(check({ exp: now - 4.999 }).exp).toBe(now - 4.999)
    await refused({ exp: now - 5 }, late)
    await refused({ exp: now - 6 }, late)
    await refused({ exp: 0 }, late)
    await refused({ exp: -now }, late)
    await refused({ exp: -1e308 }, late)
  })

  it.each(['iat', 'nbf'])('begin with %s less the tolerance', async (name) => {
    expect(check({ [name]: now + 5 })).toMatchObject({ [name]: now + 5 })
    await refused({ [name]: now + 5.001 }, early)
    await refused({ [name]: now + 100 }, early)
  })

  it('begin with the later of iat and nbf', async () => {
    await refused({ iat: now - 10, nbf: now + 6 }, early)
    await refused({ iat: now + 6, nbf: now - 10 }, early)
  })

  it('do not end before they begin', async () => {
    expect(check({ iat: now, exp: now }).iat).toBe(now)
    await refused({ iat: now + 1, exp: now }, 'claim_invalid', invalidClaim('iat'))
  })

  it('lie at most the longest lifetime apart', async () => {
    expect(check({ iat: now - 200, exp: now + 100 }).exp).toBe(now + 100)
    await refused({ iat: now - 200, exp: now + 100.001 }, long)
    await refused({ iat: 0 }, long)
    await refused({ iat: -1e308 }, long)
  })

  it('lie at most the longest lifetime and the tolerance ahead where there is no iat', async () => {
    expect(check({ exp: now + 305 }).exp).toBe(now + 305)
    await refused({ exp: now + 305.001 }, long)
    await refused({ exp: 1e308 }, long)
  })

  it('are not shifted by nbf, which says nothing of a lifetime', () =>
    refused({ nbf: now, exp: now + 306 }, long))

  it('are seconds: milliseconds are centuries ahead', async () => {
    await refused({ exp: (now + 110) * 1000 }, long, inMilliseconds)
    await refused({ iat: now * 1000, exp: (now + 110) * 1000 }, early, inMilliseconds)
    await refused({ nbf: now * 1000 }, early, inMilliseconds)
    await refused({ iat: now * 1000 }, 'claim_invalid', inMilliseconds)
    for (const exp of [1e10, 899 * now, 1101 * now]) await refused({ exp }, long)
    for (const exp of [901 * now, 1099 * now]) await refused({ exp }, long, inMilliseconds)
  })

  it('are refused when the time itself is no number', async () => {
    const ago = saidOf(late).replace('N s', 'NaN s')
    await expectStepRefusal(() => check({}, NaN), late, ago)
  })

  it('are counted in the refusal, as whole seconds that do not flatter', () => {
    const described = (override: object) => thrownBy(() => check(override))
    expect(described({ exp: now - 480.9 })).toMatchObject({
      description:
        'The token expired 480 s ago. Sign a new one for each call. If it was new, check the clock of the server that signs.',
    })
    expect(described({ iat: now + 5.1 })).toMatchObject({
      description: 'The token is not valid before 6 s from now. Check the clock of the server that signs.',
    })
    const lives = (seconds: number) => ({
      description: `The token lives ${seconds} s. Sign it for 300 s or less.`,
    })
    expect(described({ iat: now - 200, exp: now + 100.001 })).toMatchObject(lives(301))
    expect(described({ exp: now + 400 })).toMatchObject(lives(400))
  })
})

it('refuses an expired token before it looks at how long it lived', () =>
  refused({ iat: now - 10_000, exp: now - 100 }, 'token_expired'))
