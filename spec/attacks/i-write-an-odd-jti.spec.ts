import { expect, it } from '@jest/globals'
import { expectRefusal, invalidClaim, missingClaim } from '../helpers/refusals.js'
import { audience, mint, now } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'

const refused = (jti: unknown, ...answer: [Parameters<typeof expectRefusal>[1], string?]) =>
  expectRefusal(verifierOf().verify(mint({ claims: { jti } })), ...answer)

it.each([
  'use-1',
  'j'.repeat(256),
  '😀'.repeat(128),
  'a b',
  '\u200b',
  'ß',
  '../..',
  "'; DROP TABLE uses; --",
  '*',
  '{1}',
])('accepts jti %j once', async (jti) => {
  const verifier = verifierOf()
  await expect(verifier.verify(mint({ claims: { jti } }))).resolves.toMatchObject({ project: { id: 'shop' } })
  await expectRefusal(verifier.verify(mint({ claims: { jti } })), 'token_replayed')
})

it('refuses a token without jti', () => refused(undefined, 'claim_missing', missingClaim('jti')))

it.each([
  [''],
  [' '],
  ['\u3000\u00a0 '],
  ['\ufeff'],
  ['j'.repeat(257)],
  ['😀'.repeat(129)],
  ['a\0b'],
  ['a\nb'],
  ['a\tb'],
  ['a\x1bb'],
  ['a\x7fb'],
  ['a\x9bb'],
  [null],
  [1],
  [0],
  [true],
  [false],
  [['use-1']],
  [{ id: 'use-1' }],
])('refuses jti %j', (jti) => refused(jti, 'claim_invalid', invalidClaim('jti')))

it.each(['\\ud800', '\\udc00', 'a\\ud83d', '\\udc00\\ud800'])(
  'refuses a jti with the lone surrogate %s',
  (escaped) => {
    const claimsText = `{"iss":"shop","aud":"${audience}","proj_id":"shop","jti":"${escaped}","exp":${now + 110}}`
    return expectRefusal(verifierOf().verify(mint({ claimsText })), 'claim_invalid', invalidClaim('jti'))
  },
)

it.each([
  ['in form', '\u00e9', 'e\u0301'],
  ['in form, of the same width', '\u212b', '\u00c5'],
  ['in case', 'use-a', 'use-A'],
  ['by a space at the end', 'use', 'use '],
  ['by a character without width', 'use', 'use\u200b'],
  ['in the plane', '\u{1f600}', '\uf600'],
  ['in the last of many characters', 'j'.repeat(255) + 'a', 'j'.repeat(255) + 'b'],
  ['by a leading zero', '1', '01'],
  ['in the script', 'a', '\u0430'],
])('takes two jtis that differ %s for two, and each works once', async (_, one, other) => {
  const verifier = verifierOf()
  for (const jti of [one, other]) {
    await expect(verifier.verify(mint({ claims: { jti } }))).resolves.toMatchObject({
      project: { id: 'shop' },
    })
  }
  for (const jti of [one, other]) {
    await expectRefusal(verifier.verify(mint({ claims: { jti } })), 'token_replayed')
  }
})
