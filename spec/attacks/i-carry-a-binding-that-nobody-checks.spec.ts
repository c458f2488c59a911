import { describe, expect, it } from '@jest/globals'
import { expectRefusal } from '../helpers/refusals.js'
import { mint } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'

const verifier = verifierOf()

it('accepts the honest token', async () => {
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})

describe.each(['cnf', 'nonce'])('%s', (name) => {
  const text = `The token is bound by the claim ${name}, which is not enforced here.`
  const thumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'

  it.each([
    [{ jkt: thumbprint }],
    [{ 'x5t#S256': thumbprint }],
    [{ jwk: { kty: 'EC' } }],
    [{}],
    ['n-0S6_WzA2Mj'],
    [''],
    [null],
    [0],
    [false],
    [[]],
  ])('with the value %j is refused, never dropped in silence', (value) =>
    expectRefusal(verifier.verify(mint({ claims: { [name]: value } })), 'claim_invalid', text),
  )

  it('does not use up the jti of the token', async () => {
    const claims = { jti: `bound-${name}` }
    await expectRefusal(
      verifier.verify(mint({ claims: { ...claims, [name]: thumbprint } })),
      'claim_invalid',
      text,
    )
    await expect(verifier.verify(mint({ claims }))).resolves.toBeDefined()
  })
})

it('finds a binding under an escaped name too', () =>
  expectRefusal(
    verifier.verify(
      mint({
        claimsText: mintedClaims().replace('"extra"', '"\\u0063nf"'),
      }),
    ),
    'claim_invalid',
    'The token is bound by the claim cnf, which is not enforced here.',
  ))

/** The claims of an honest token with one more. */
function mintedClaims(): string {
  const [, claims = ''] = mint({ claims: { extra: { jkt: 'a' } } }).split('.')
  return Buffer.from(claims, 'base64url').toString()
}
