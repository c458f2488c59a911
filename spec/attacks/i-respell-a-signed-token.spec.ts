import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Server } from 'node:http'
import request from 'supertest'
import { expectAnswer, expectRefusal, notOneToken } from '../helpers/refusals.js'
import { mint } from '../helpers/mint.js'
import { appOf, platform, shop, verifierOf } from '../helpers/platform.js'
import { respell, segmentsOf, withTrailingBits } from './respell.js'

const algs = ['ES256', 'RS256', 'EdDSA']
const verifier = verifierOf({}, [shop(algs)])
const names = ['header', 'claims set', 'signature'] as const

/** Every one of these differs from the honest token only in text that was changed after it was signed. */
const spellings: [string, (segment: string) => string][] = [
  ['padding of one character', (segment) => `${segment}=`],
  ['padding of two characters', (segment) => `${segment}==`],
  ['padding that makes it whole', (segment) => segment.padEnd(Math.ceil(segment.length / 4) * 4 + 4, '=')],
  ['an escaped padding', (segment) => `${segment}%3D`],
  ['a space in front', (segment) => ` ${segment}`],
  ['a space at the end', (segment) => `${segment} `],
  ['a space inside', (segment) => `${segment.slice(0, 8)} ${segment.slice(8)}`],
  ['a tab', (segment) => `${segment.slice(0, 8)}\t${segment.slice(8)}`],
  ['a line end', (segment) => `${segment}\n`],
  ['lines of 64 characters', (segment) => segment.replace(/.{64}/g, '$&\r\n') + '\r\n'],
  ['a NUL at the end', (segment) => `${segment}\0`],
  ['a NUL inside', (segment) => `${segment.slice(0, 8)}\0${segment.slice(8)}`],
  ['a dot at the end', (segment) => `${segment}.`],
  ['a dot in front', (segment) => `.${segment}`],
  ['a byte order mark', (segment) => `\uFEFF${segment}`],
  ['a character that decoders skip', (segment) => `${segment.slice(0, 8)}!${segment.slice(8)}`],
  ['a soft hyphen', (segment) => `${segment}\u00AD`],
  [
    'a wide twin of its first letter',
    (segment) => String.fromCharCode(segment.charCodeAt(0) + 0x100) + segment.slice(1),
  ],
  ['a quote', (segment) => `${segment}"`],
  ['one character less', (segment) => segment.slice(0, -1)],
]

it.each(algs)('accepts the honest token by %s', async (alg) => {
  await expect(verifier.verify(mint({ alg }))).resolves.toMatchObject({ project: { id: 'shop' } })
})

describe.each(algs)('%s', (alg) => {
  describe.each([0, 1, 2] as const)('segment %d', (at) => {
    it.each(spellings)(`refuses ${names[at]} with %s`, (_, spell) =>
      expectRefusal(verifier.verify(respell(mint({ alg }), at, spell)), 'token_malformed'),
    )
  })

  it('refuses characters behind the signature', async () => {
    // How long an RSA signature must be is known only with the key, and then it is the wrong length.
    const code = alg === 'RS256' ? 'token_not_verified' : 'token_malformed'
    for (const more of ['A', 'AAAA', 'AAAAAAAA']) {
      await expectRefusal(verifier.verify(mint({ alg }) + more), code)
    }
  })

  it('refuses every signature whose trailing bits are not zero', async () => {
    const token = mint({ alg })
    const [, , signature] = segmentsOf(token)
    const others = withTrailingBits(signature)
    expect(others).toHaveLength(15)
    for (const other of others) {
      expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(signature, 'base64url'))
      await expectRefusal(verifier.verify(respell(token, 2, () => other)), 'token_malformed')
    }
    await expect(verifier.verify(token)).resolves.toBeDefined()
  })

  it('refuses plus and slash for minus and underscore', async () => {
    // Until the signature has one of each.
    let token: string
    do token = mint({ alg })
    while (!/-.*_|_.*-/.test(segmentsOf(token)[2]))
    const plain = respell(token, 2, (signature) => signature.replaceAll('-', '+').replaceAll('_', '/'))
    await expectRefusal(verifier.verify(plain), 'token_malformed')
    await expect(verifier.verify(token)).resolves.toBeDefined()
  })
})

describe('trailing bits of the header and the claims set', () => {
  it.each([
    ['header', 0, (pad: string) => ({ header: { x: pad } })],
    ['claims set', 1, (pad: string) => ({ claims: { x: pad } })],
  ] as const)('are refused in the %s', async (_, at, override) => {
    let seen = 0
    for (const pad of ['', 'a', 'aa']) {
      const token = mint(override(pad))
      for (const other of withTrailingBits(segmentsOf(token)[at])) {
        seen++
        await expectRefusal(verifier.verify(respell(token, at, () => other)), 'token_malformed')
      }
      await expect(verifier.verify(token)).resolves.toBeDefined()
    }
    // Of three lengths in a row one has 15 other spellings, one has 3, and one has none.
    expect(seen).toBe(18)
  })
})

describe('over HTTP', () => {
  let server: Server
  beforeAll(() => {
    server = appOf(platform().options).listen(0)
  })
  afterAll(() => {
    server.close()
  })
  const send = (authorization: string) => request(server).get('/portal').set('Authorization', authorization)

  it('accepts the honest token', async () => {
    expect((await send(`Bearer ${mint()}`)).status).toBe(200)
  })

  it.each<[string, (token: string) => string]>([
    ['a space', (token) => respell(token, 1, (segment) => `${segment} `)],
    ['a tab', (token) => respell(token, 1, (segment) => `${segment}\t`)],
    ['a second token', (token) => `${token} ${token}`],
    ['a comma and a second token', (token) => `${token}, ${token}`],
    ['quotes', (token) => `${token}"`],
    ['a character of Latin-1', (token) => `${token}\u00e9`],
  ])('refuses %s in the header as a malformed request', async (_, spell) => {
    const answer = await send(`Bearer ${spell(mint())}`)
    expectAnswer(answer, 'request_malformed', notOneToken)
  })

  it.each<[string, (token: string) => string]>([
    ['padding', (token) => `${token}==`],
    ['a plus', (token) => respell(token, 2, (segment) => `+${segment.slice(1)}`)],
    ['a slash', (token) => respell(token, 2, (segment) => `/${segment.slice(1)}`)],
    ['an extra dot', (token) => `${token}.`],
    ['trailing bits', (token) => respell(token, 2, (segment) => withTrailingBits(segment)[0] ?? '')],
  ])('refuses %s in the token', async (_, spell) => {
    expectAnswer(await send(`Bearer ${spell(mint())}`), 'token_malformed')
  })
})
