import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { expectRefusal, refusedParameter } from '../helpers/refusals.js'
import { keyPair } from '../helpers/keys.js'
import { encode, mint, signBytes } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { segmentsOf } from './respell.js'

const verifier = verifierOf()
const refused = (token: string, ...answer: [Parameters<typeof expectRefusal>[1], string?]) =>
  expectRefusal(verifier.verify(token), ...answer)

it('accepts the honest token', async () => {
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})

describe.each<[string, Record<string, unknown>, string]>([
  ['crit with an extension that nobody knows', { crit: ['x'], x: 1 }, 'crit'],
  ['crit with a parameter that everybody knows', { crit: ['alg'] }, 'crit'],
  ['an empty crit', { crit: [] }, 'crit'],
  ['crit that is null', { crit: null }, 'crit'],
  ['an unencoded payload', { crit: ['b64'], b64: false }, 'crit'],
  ['an unencoded payload without crit', { b64: false }, 'b64'],
  ['b64 with its usual value', { b64: true }, 'b64'],
  ['zip', { zip: 'DEF' }, 'zip'],
  ['enc', { enc: 'A256GCM' }, 'enc'],
  ['cty of a nested token', { cty: 'JWT' }, 'cty'],
])('%s', (_, header, name) => {
  it('is refused although it is really signed', () =>
    refused(mint({ header }), 'token_malformed', refusedParameter(name)))
})

it('refuses a payload that is really unencoded', () => {
  const [, claims] = segmentsOf(mint())
  const text = Buffer.from(claims, 'base64url').toString().replaceAll('.', ' ')
  const header = encode('{"alg":"ES256","kid":"key-es256","b64":false,"crit":["b64"]}')
  const signingInput = `${header}.${text}`
  const signature = encode(signBytes('ES256', signingInput, keyPair('ES256').privateKey))
  return refused(`${signingInput}.${signature}`, 'token_malformed', refusedParameter('crit'))
})

it('refuses claims that are really compressed', () => {
  const claims = segmentsOf(mint())[1]
  const claimsText = deflateRawSync(Buffer.from(claims, 'base64url'))
  return Promise.all([
    refused(mint({ claimsText }), 'token_malformed'),
    refused(mint({ claimsText, header: { zip: 'DEF' } }), 'token_malformed', refusedParameter('zip')),
  ])
})

describe('a JWE', () => {
  const parts = [
    encode(Buffer.alloc(32)),
    encode(Buffer.alloc(12)),
    encode(Buffer.alloc(64)),
    encode(Buffer.alloc(16)),
  ]

  it.each(['PBES2-HS256+A128KW', 'PBES2-HS512+A256KW', 'dir', 'RSA-OAEP-256', 'ECDH-ES', 'A256GCMKW'])(
    'by %s is refused, whatever work it asks for',
    (alg) => {
      const header = encode(
        JSON.stringify({ alg, enc: 'A256GCM', p2c: 2_147_483_647, p2s: 'AAAA', kid: 'key-es256' }),
      )
      return refused([header, ...parts].join('.'), 'algorithm_not_allowed')
    },
  )

  it('under the name of a signature is refused', async () => {
    const header = encode(JSON.stringify({ alg: 'ES256', kid: 'key-es256' }))
    await refused([header, ...parts].join('.'), 'token_malformed')
    const withEnc = encode(JSON.stringify({ alg: 'ES256', enc: 'A256GCM', kid: 'key-es256' }))
    await refused([withEnc, ...parts].join('.'), 'token_malformed', refusedParameter('enc'))
  })
})

it('refuses a token in a token, really signed inside and out', async () => {
  await refused(mint({ claimsText: mint() }), 'token_malformed')
  await refused(mint({ claimsText: JSON.stringify(mint()) }), 'token_malformed')
})

describe('JSON serialisation', () => {
  const [header, payload, signature] = segmentsOf(mint())
  const isJson = 'A JSON object stands where the token should be. Send the text of its member token alone.'

  it.each([
    ['flattened', { payload, protected: header, signature }],
    ['general', { payload, signatures: [{ protected: header, signature }] }],
    [
      'with a header that is not protected',
      { payload, header: { alg: 'ES256', kid: 'key-es256' }, signature },
    ],
  ])('is refused: %s', async (_, object) => {
    await expectRefusal(verifier.verify(JSON.stringify(object)), 'token_malformed', isJson)
    await refused(encode(JSON.stringify(object)), 'token_malformed')
    await expectRefusal(verifier.verify(object), 'request_malformed', 'The token must be a string.')
  })
})

it.each([
  'at+jwt',
  'dpop+jwt',
  'logout+jwt',
  'id_token',
  'secevent+jwt',
  'JOSE',
  'JOSE+JSON',
  'sd-jwt',
  'project-key-proof+jwt',
])('refuses a token of type %s', (typ) => refused(mint({ header: { typ } }), 'token_type_not_allowed'))
