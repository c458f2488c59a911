import { describe, expect, it } from '@jest/globals'
import { createVerifier } from '../../lib/index.js'
import { expectRefusal, inMilliseconds, invalidClaim, missingClaim } from '../helpers/refusals.js'
import { audience, mint, now } from '../helpers/mint.js'
import { platform, verifierOf } from '../helpers/platform.js'

const verifier = verifierOf()
type Answer = [Parameters<typeof expectRefusal>[1], string?]
const refused = (claims: Record<string, unknown>, ...answer: Answer) =>
  expectRefusal(verifier.verify(mint({ claims })), ...answer)
let used = 0
/** Claims as a customer may write them by hand: JSON knows numbers that JSON.stringify never writes. */
const written = (times: string) =>
  mint({
    claimsText: `{"iss":"shop","aud":"${audience}","proj_id":"shop","jti":"long-${(used += 1)}",${times}}`,
  })

it('accepts the honest token, and one of the longest lifetime', async () => {
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
  await expect(verifier.verify(mint({ claims: { iat: now, exp: now + 300 } }))).resolves.toBeDefined()
  await expect(verifier.verify(written(`"exp":${now + 110}`))).resolves.toBeDefined()
  await expect(verifier.verify(written(`"exp":1.79000011e9`))).resolves.toBeDefined()
})

describe.each(['exp', 'iat', 'nbf'])('%s', (name) => {
  it.each([
    [String(now + 110)],
    ['soon'],
    [''],
    [null],
    [true],
    [[now + 110]],
    [{ value: now }],
    ['2026-09-21T14:13:20Z'],
  ])('is a number, not %j', (value) => refused({ [name]: value }, 'claim_invalid', invalidClaim(name)))

  it.each(['1e400', '-1e400', '9'.repeat(400)])('is finite, not %s', (value) => {
    const times = { exp: `${now + 110}`, [name]: value }
    const text = Object.entries(times).map(([claim, number]) => `"${claim}":${number}`)
    return expectRefusal(verifier.verify(written(text.join(','))), 'claim_invalid', invalidClaim(name))
  })
})

it.each<[string, Record<string, unknown>, ...Answer]>([
  ['no exp', { exp: undefined }, 'claim_missing', missingClaim('exp')],
  ['a second too long', { iat: now, exp: now + 301 }, 'token_lifetime_too_long'],
  ['a part of a second too long', { iat: now, exp: now + 300.001 }, 'token_lifetime_too_long'],
  ['a year', { exp: now + 31_536_000 }, 'token_lifetime_too_long'],
  ['exp in milliseconds', { exp: (now + 110) * 1000 }, 'token_lifetime_too_long', inMilliseconds],
  ['the largest exp', { exp: Number.MAX_VALUE }, 'token_lifetime_too_long'],
  ['the largest exp without iat', { iat: undefined, exp: Number.MAX_VALUE }, 'token_lifetime_too_long'],
  ['exp far ahead without iat', { iat: undefined, exp: now + 311 }, 'token_lifetime_too_long'],
  ['exp far ahead with nbf alone', { iat: undefined, nbf: now, exp: now + 311 }, 'token_lifetime_too_long'],
  ['iat long ago', { iat: now - 1000, exp: now + 100 }, 'token_lifetime_too_long'],
  ['iat before all time', { iat: -Number.MAX_VALUE }, 'token_lifetime_too_long'],
  ['iat of zero', { iat: 0 }, 'token_lifetime_too_long'],
  ['both in milliseconds', { iat: now * 1000, exp: (now + 110) * 1000 }, 'token_not_active', inMilliseconds],
  ['iat in the future', { iat: now + 11 }, 'token_not_active'],
  ['a whole life in the future', { iat: now + 3600, exp: now + 3720 }, 'token_not_active'],
  ['nbf in the future', { nbf: now + 11 }, 'token_not_active'],
  ['nbf in milliseconds', { nbf: now * 1000 }, 'token_not_active', inMilliseconds],
  ['iat in milliseconds', { iat: now * 1000 }, 'claim_invalid', inMilliseconds],
  ['iat after exp', { iat: now + 1, exp: now }, 'claim_invalid', invalidClaim('iat')],
  ['exp in the past', { iat: now - 20, exp: now - 10 }, 'token_expired'],
  ['exp of zero', { iat: undefined, exp: 0 }, 'token_expired'],
  ['exp of less than zero', { iat: undefined, exp: -now }, 'token_expired'],
  ['exp before all time', { iat: undefined, exp: -Number.MAX_VALUE }, 'token_expired'],
])('refuses %s', (_, claims, ...answer) => refused(claims, ...answer))

it('ends by the clock, to the second', async () => {
  const { options, clock } = platform()
  const ticking = createVerifier(options)
  const token = () => mint({ claims: { iat: now, exp: now + 300 } })
  clock.now = now + 309.999
  await expect(ticking.verify(token())).resolves.toBeDefined()
  clock.now = now + 310
  await expectRefusal(ticking.verify(token()), 'token_expired')
  clock.now = now - 10
  await expect(ticking.verify(token())).resolves.toBeDefined()
  clock.now = now - 10.001
  await expectRefusal(ticking.verify(token()), 'token_not_active')
})
