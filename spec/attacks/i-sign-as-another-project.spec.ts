import { describe, expect, it } from '@jest/globals'
import { expectRefusal, invalidClaim } from '../helpers/refusals.js'
import { makeKeyPair } from '../helpers/keys.js'
import { mint, type Override } from '../helpers/mint.js'
import { platform, rival, rivalKeys, shop, verifierOf } from '../helpers/platform.js'

const { privateKey } = rivalKeys
const verifier = verifierOf()

/** A token that the rival really signs, as itself but for the claims. */
const signedByRival = (claims: Record<string, unknown> = {}, kid = 'key-rival') =>
  mint({ privateKey, header: { kid }, claims: { iss: 'rival', sub: 'rival', proj_id: 'rival', ...claims } })

it('accepts both projects as what they are', async () => {
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
  await expect(verifier.verify(signedByRival())).resolves.toMatchObject({ project: { id: 'rival' } })
})

describe('with my own key', () => {
  const asShop = { iss: 'shop', sub: 'shop', proj_id: 'shop' }

  it('refuses all the claims of another project, under my kid', () =>
    expectRefusal(verifier.verify(signedByRival(asShop)), 'token_not_verified'))

  it('refuses all the claims of another project, under its kid', () =>
    expectRefusal(verifier.verify(signedByRival(asShop, 'key-es256')), 'token_not_verified'))

  it('refuses the proj_id of another project', () =>
    expectRefusal(verifier.verify(signedByRival({ proj_id: 'shop', sub: undefined })), 'token_not_verified'))

  it('refuses my own claims under the kid of another project', () =>
    expectRefusal(verifier.verify(signedByRival({}, 'key-es256')), 'token_not_verified'))

  it('refuses the iss of another project', () =>
    expectRefusal(verifier.verify(signedByRival({ iss: 'shop' })), 'issuer_mismatch'))

  it('refuses the sub of another project', () =>
    expectRefusal(
      verifier.verify(signedByRival({ sub: 'shop' })),
      'claim_invalid',
      'The claims sub and proj_id of the token differ.',
    ))

  it.each([
    [['shop']],
    [['rival']],
    [['rival', 'shop']],
    [[]],
    [{ first: 'rival' }],
    [{ toString: 'rival' }],
    [1],
    [true],
    [null],
  ])('refuses the proj_id %j, which is no text', (proj_id) =>
    expectRefusal(
      verifier.verify(signedByRival({ proj_id, sub: undefined })),
      'claim_invalid',
      invalidClaim('proj_id'),
    ),
  )

  it.each([
    'Rival',
    'rival ',
    ' rival',
    'rival\0',
    'rival\0shop',
    'rival,shop',
    'shop/../rival',
    '*',
    'r%69val',
    '__proto__',
  ])('refuses the proj_id %j, which is nobody', (proj_id) =>
    expectRefusal(verifier.verify(signedByRival({ proj_id, sub: undefined })), 'token_not_verified'),
  )
})

describe('when both projects call their keys the same', () => {
  const own = makeKeyPair('ES256')
  const kid = 'key-es256'
  const both = verifierOf({}, [shop(), { ...rival, keys: [{ jwk: own.publicJwk, kid }] }])
  const sign = (proj_id: string, override: Override = {}) =>
    mint({ header: { kid }, claims: { iss: proj_id, sub: proj_id, proj_id }, ...override })

  it('accepts each with its own key', async () => {
    await expect(both.verify(sign('shop'))).resolves.toMatchObject({ project: { id: 'shop' } })
    await expect(both.verify(sign('rival', own))).resolves.toMatchObject({ project: { id: 'rival' } })
  })

  it('refuses each with the key of the other', async () => {
    await expectRefusal(both.verify(sign('shop', own)), 'token_not_verified')
    await expectRefusal(both.verify(sign('rival')), 'token_not_verified')
  })
})

it('is refused by the verifier where a careless store finds keys by their kid alone', async () => {
  const { keyStore } = platform().options
  const careless = verifierOf({
    keyStore: { find: (_, kid) => keyStore.find(kid === 'key-rival' ? 'rival' : 'shop', kid) },
  })
  await expectRefusal(
    careless.verify(signedByRival({ iss: 'shop', sub: 'shop', proj_id: 'shop' })),
    'token_not_verified',
  )
  await expect(careless.verify(signedByRival())).resolves.toMatchObject({ project: { id: 'rival' } })
  await expect(careless.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})

it('refuses the issuer of a project for another that has an issuer of its own', async () => {
  const named = verifierOf({}, [shop(), { ...rival, issuer: 'https://idp.rival.example' }])
  await expectRefusal(named.verify(signedByRival()), 'issuer_mismatch')
  await expectRefusal(named.verify(mint({ claims: { iss: 'https://idp.rival.example' } })), 'issuer_mismatch')
  await expect(named.verify(signedByRival({ iss: 'https://idp.rival.example' }))).resolves.toBeDefined()
})
