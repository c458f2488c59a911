import { describe, expect, it } from '@jest/globals'
import { expectRefusal, invalidClaim, missingClaim } from '../helpers/refusals.js'
import { audience, mint } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'

const verifier = verifierOf({ maxTokenLength: 16_384 })
const refused = (aud: unknown, ...answer: [Parameters<typeof expectRefusal>[1], string?]) =>
  expectRefusal(verifier.verify(mint({ claims: { aud } })), ...answer)
const severalAudiences = 'The aud of the token must be one audience.'

it.each([[audience], [[audience]]])('accepts the honest token with aud %j', async (aud) => {
  await expect(verifier.verify(mint({ claims: { aud } }))).resolves.toMatchObject({ project: { id: 'shop' } })
})

describe('a list', () => {
  it.each([
    [[audience, 'https://other.example']],
    [['https://other.example', audience]],
    [[audience, audience]],
    [[audience, '']],
    [[audience, null]],
    [[]],
    [[[audience]]],
  ])('%j is refused', (aud) => refused(aud, 'audience_mismatch', severalAudiences))

  const entries = (count: number) =>
    Array.from({ length: count }, () => audience.slice(0, 12)).concat(audience)

  it('of 200 entries is refused', () => refused(entries(200), 'audience_mismatch', severalAudiences))

  it('of 600 entries is not even read', () => refused(entries(600), 'token_malformed'))

  it.each([[[1]], [[null]], [[{}]], [[true]]])('%j is refused', (aud) =>
    refused(aud, 'claim_invalid', invalidClaim('aud')),
  )
})

it.each([
  'https://platform.exampl',
  'https://platform.example.evil.example',
  'https://platform.example/',
  'https://platform.example:443',
  'https://user@platform.example',
  'http://platform.example',
  'platform.example',
  'HTTPS://PLATFORM.EXAMPLE',
  'https://Platform.example',
  'https://*.example',
  'https://.*',
  '*',
  '',
  ' ',
  ' https://platform.example',
  'https://platform.example ',
  'https://platform.example\0',
  'https://platform.example\0.evil.example',
  'https://platform.example\n',
  'https://platform.example,https://other.example',
  'https://platform.example https://other.example',
  '["https://platform.example"]',
  'https://platform\u3002example',
  'https://pl\u0430tform.example',
])('refuses aud %j', (aud) => refused(aud, 'audience_mismatch'))

it.each([[null], [true], [0], [{}], [{ length: 1, first: audience }], [{ toString: audience }]])(
  'refuses aud %j, which is no text',
  (aud) => refused(aud, 'claim_invalid', invalidClaim('aud')),
)

it('refuses a token without aud', () => refused(undefined, 'claim_missing', missingClaim('aud')))
