import { expect, it } from '@jest/globals'
import { issuerName, issuing, mintSession, now, pageOrigin, sessionsOf } from '../session/platform.js'

/*
 * Whoever could make the platform sign odd claims, by a claim of his own that is copied say, would have services that disagree about
 * what they say.
 */
const sessions = sessionsOf(issuing())
const send = (token: string) =>
  sessions.verify(token, { origin: pageOrigin }).then(
    () => 'passes',
    (error: unknown) => (error as { code: string }).code,
  )

const claimsText = (more: string) =>
  `{"iss":"${issuerName}","sub":"shop","client_id":"shop","aud":"${issuerName}","jti":"a","proj_kid":"k","iat":${now},"exp":${now + 60}${more}}`

it('is the control: the same text without a second answer', async () => {
  expect(await send(mintSession({ claimsText: claimsText('') }))).toBe('origin_not_allowed')
  expect(await send(mintSession({ claimsText: claimsText(`,"origin":"${pageOrigin}"`) }))).toBe('passes')
})

it.each([
  `,"iss":"https://evil.example"`,
  `,"iss":"${issuerName}"`,
  `,"sub":"rival"`,
  `,"\\u0073ub":"rival"`,
  `,"client_id":"rival"`,
  `,"aud":"https://evil.example"`,
  `,"exp":9999999999`,
])('refuses the member twice: %s', async (more) => {
  expect(await send(mintSession({ claimsText: claimsText(`,"origin":"${pageOrigin}"${more}`) }))).toBe(
    'token_malformed',
  )
})

it.each<[string, Record<string, unknown>, string]>([
  ['client_id and sub', { client_id: 'rival' }, 'claim_invalid'],
  ['sub and client_id', { sub: 'rival' }, 'claim_invalid'],
  ['a list of projects', { sub: ['shop'], client_id: ['shop'] }, 'claim_invalid'],
  ['two audiences', { aud: [issuerName, 'https://evil.example'] }, 'audience_mismatch'],
  ['an audience within another', { aud: [[issuerName]] }, 'audience_mismatch'],
  ['an issuer in a list', { iss: [issuerName] }, 'claim_invalid'],
  ['an end that is infinite', { exp: 'Infinity' }, 'claim_invalid'],
])('refuses %s', async (_, claims, code) => {
  expect(await send(mintSession({ claims }))).toBe(code)
})
