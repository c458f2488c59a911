import { describe, expect, it } from '@jest/globals'
import { keyPair } from '../helpers/keys.js'
import { audience, kidOf, mint, now } from '../helpers/mint.js'
import { rivalKeys } from '../helpers/platform.js'
import { call } from './called.js'
import { faultsIn, inspect, inspectToken, written } from './inspection/inspecting.js'

const key = await written(
  'public.jwk',
  JSON.stringify({ ...keyPair('ES256').publicJwk, kid: kidOf('ES256') }),
)

describe('inspect', () => {
  it('takes a good token apart, and hides what may be secret', async () => {
    const { code, stdout, stderr } = await inspectToken(['--key', key, '--audience', audience])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.replace(/\(\d characters, hidden/, '(5 characters, hidden')).toMatchInlineSnapshot(`
      "header
        alg  "ES256"
        kid  "key-es256"
        typ  "project-auth+jwt"
      claims
        iss      "shop"
        sub      "shop"
        aud      "https://platform.example"
        proj_id  "shop"
        jti      (5 characters, hidden; --show shows it)
        iat      1789999990, 2026-09-21 14:13:10 UTC, 10 s ago
        exp      1790000110, 2026-09-21 14:15:10 UTC, in 110 s
      signature  good
      lifetime   2 min

      Nothing is wrong with this token. Whether it was used before, and whether its key is registered, only the platform knows.
      "
    `)
  })

  it('names every rule that a token breaks, in the order of a verifier', async () => {
    const called = await inspectToken(['--key', key, '--audience', audience, '--issuer', 'Shop'], {
      header: { typ: 'at+jwt', jku: 'https://x.example' },
      claims: { aud: 'https://other.example', jti: undefined, sub: 'rival', iat: now - 1000, exp: now - 500 },
      privateKey: rivalKeys.privateKey,
    })
    expect(called.code).toBe(1)
    expect(called.stdout.slice(called.stdout.indexOf('A platform'))).toMatchInlineSnapshot(`
      "A platform would refuse this token:
        token_malformed: The header of the token has the parameter jku, which is not accepted.
        token_type_not_allowed: The typ of the token is not that of a project token.
        token_type_not_allowed: This is a session, or another access token. A project token is what the customer signs.
        audience_mismatch: The token is for another audience. This platform is https://platform.example
        claim_missing: The token lacks the claim jti.
        claim_invalid: The claims sub and proj_id of the token differ.
        token_expired: The token expired 500 s ago. Sign a new one for each call. If it was new, check the clock of the server that signs.
        token_lifetime_too_long: The token lives 500 s. Sign it for 300 s or less.
        token_not_verified: The signature is not one of this key: another key signed it, or the token was changed.
        issuer_mismatch: The iss of the token is not the value of --issuer.
      "
    `)
  })

  it('prints the same as JSON, with values as they stand in the token', async () => {
    const { stdout } = await inspectToken(['--json', '--key', key, '--audience', audience], {
      claims: { jti: 'secret-of-one-use', tenant: 'x', exp: now - 30 },
    })
    expect(JSON.parse(stdout)).toEqual({
      header: { alg: 'ES256', kid: 'key-es256', typ: 'project-auth+jwt' },
      claims: { iss: 'shop', sub: 'shop', aud: audience, proj_id: 'shop', iat: now - 10, exp: now - 30 },
      hidden: ['jti', 'tenant'],
      lifetime: -20,
      signature: 'good',
      faults: [
        { code: 'claim_invalid', text: 'The claim iat of the token has a value that is not allowed.' },
        expect.objectContaining({ code: 'token_expired' }),
      ],
      notes: [],
    })
  })

  it('shows all claims when it is asked to', async () => {
    const { stdout } = await inspectToken(['--show'], { claims: { jti: 'of-one-use', tenant: [1] } })
    expect(stdout).toMatch(/^ {2}jti +"of-one-use"$/m)
    expect(stdout).toMatch(/^ {2}tenant +\[1\]$/m)
  })

  it.each(['headerText', 'claimsText'])(
    'shows nothing of a %s with thousands of levels, and why',
    async (part) => {
      for (const text of [
        `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
        `${'{"kid":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
        `{"a":${'["]\\"]",'.repeat(5_000)}1${']'.repeat(5_000)}}`,
      ]) {
        for (const args of [['--show'], ['--json']]) {
          const called = await inspectToken(args, { [part]: text })
          expect(called).toMatchObject({ code: 1, stderr: '' })
          expect(called.stdout).toMatch(/token_malformed.*too deep/)
          expect(called.stdout.length).toBeLessThan(5_000)
        }
      }
    },
  )

  it('says times in words', async () => {
    const { stdout } = await inspectToken([], {
      claims: { iat: now - 3 * 86_400, nbf: now, exp: now + 7_200 },
    })
    expect(stdout).toMatch(`iat      ${now - 3 * 86_400}, 2026-09-18 14:13:20 UTC, 3 d ago`)
    expect(stdout).toMatch(`exp      ${now + 7_200}, 2026-09-21 16:13:20 UTC, in 2 h`)
    expect(stdout).toMatch(/nbf .*, 0 s ago$/m)
    expect(stdout).toMatch(/^lifetime {3}3 d$/m)
  })

  it.each([1e20, -1e20, 1e400])('does not make a date of %p', async (exp) => {
    const called = await inspectToken([], { claimsText: `{"exp":${exp === Infinity ? '1e400' : exp}}` })
    expect(called.stdout).toMatch(/^ {2}exp {2}\S+, which is no time$/m)
  })

  it.each([
    ['a file', async () => [await written('token', `${mint()}\n`)], ''],
    ['stdin by its name', () => Promise.resolve(['-']), mint()],
    ['stdin', () => Promise.resolve([]), `\n ${mint()} \r\n`],
    ['the answer of a token endpoint', () => Promise.resolve([]), JSON.stringify({ token: mint() })],
    ['the answer of an exchange', () => Promise.resolve([]), JSON.stringify({ access_token: mint() })],
  ])('reads a token from %s', async (_, args, stdin) => {
    const called = await inspect([...(await args()), '--key', key], stdin)
    expect([called.code, faultsIn(called)]).toEqual([0, []])
  })

  it('tells a person who typed nothing what to do', async () => {
    const { stderr } = await call(['inspect'], { stdin: mint(), isTyped: true })
    expect(stderr).toBe('Paste the token, then press Enter and Ctrl-D.\n')
  })

  it('does not call a token good whose signature was not checked', async () => {
    const called = await inspectToken([])
    expect(called.code).toBe(1)
    expect(called.stdout).toMatch(/^signature {2}not checked$/m)
    expect(called.stdout).toMatch(/give --key PUBLIC or --jwks URL\.$/m)
    expect(called.stdout).toMatch(/^aud was not checked: give --audience/m)
    expect((await inspectToken(['--unverified'])).code).toBe(0)
    expect((await inspectToken(['--unverified'], { claims: { exp: now - 30 } })).code).toBe(1)
  })

  it.each([
    ['a word before it', `Bearer ${mint()}`, 'The token begins with the word Bearer.'],
    ['a header field around it', `Authorization: Bearer ${mint()}`, 'The token begins with the word Bearer.'],
    ['a public key', JSON.stringify({ kty: 'EC' }), 'This is JSON, and has no token'],
    ['a public key in PEM', '-----BEGIN PUBLIC KEY-----', 'This is PEM, such as a public key has'],
    ['quotes around it', `'${mint()}'`, 'The token stands in quotation marks.'],
    ['the word undefined', 'undefined', 'The word undefined stands where the token should be.'],
    ['one part', 'abc', 'three parts with a dot between; this has 1.'],
    ['four parts', `${mint()}.`, 'three parts with a dot between; this has 4.'],
    ['five parts', 'a.b.c.d.e', 'an encrypted token (JWE, five parts)'],
    ['an empty signature', mint().replace(/[^.]+$/, ''), 'The signature is empty.'],
    ['padding', `${mint()}==`, 'The signature is not base64url: it has padding (=)'],
    ['the alphabet of base64', mint().replace(/^../, 'e+'), 'The header is not base64url: it has + or /'],
    [
      'a line end within',
      mint().replace('.', '\n.'),
      'The header is not base64url: there is white space in it',
    ],
    [
      'a letter of another alphabet',
      mint().replace(/^../, 'eÿ'),
      'The header is not base64url: it has characters',
    ],
    ['its end cut off', mint().slice(0, -1), 'The signature is not base64url: it was cut off'],
    ['a byte order mark', mint({ claimsText: '\uFEFF{}' }), 'The claims set begins with a byte order mark.'],
    ['a claims set that is no JSON', mint({ claimsText: '{' }), 'The claims set is no JSON.'],
    ['a claims set that is a list', mint({ claimsText: '[]' }), 'The claims set is JSON, but no object.'],
    [
      'a claim that stands twice',
      mint({ claimsText: '{"aud":"a","aud":"b"}' }),
      'The claims set is JSON that no two programs read alike',
    ],
    [
      'a signature in DER',
      mint({ signature: (raw) => Buffer.concat([Buffer.from([0x30]), raw]) }),
      'The signature has 65 bytes',
    ],
  ])('says what is wrong with a token with %s', async (_, token, sentence) => {
    const called = await inspect(['--unverified'], token)
    expect(called.code).toBe(1)
    expect(faultsIn(called)).toContain('token_malformed')
    expect(called.stdout).toContain(sentence)
  })

  it.each([
    ['at+jwt', 'This is a session'],
    ['application/AT+JWT', 'This is a session'],
    ['project-key-proof+jwt', 'This is the proof that somebody holds a key.'],
    ['dpop+jwt', 'This is a DPoP proof.'],
  ])('says what a token of the type %s is', async (typ, sentence) => {
    expect((await inspectToken([], { header: { typ } })).stdout).toContain(
      `token_type_not_allowed: ${sentence}`,
    )
  })

  it('refuses an issuer other than the project, unless it is the one that is given', async () => {
    const other = { claims: { iss: 'idp' } }
    const called = await inspectToken(['--key', key], other)
    expect([called.code, faultsIn(called)]).toEqual([1, ['issuer_mismatch']])
    expect(called.stdout).toMatch(/The iss of the token is not its proj_id.* give --issuer/)
    expect((await inspectToken(['--key', key, '--issuer', 'idp'], other)).code).toBe(0)
    expect(faultsIn(await inspectToken(['--key', key, '--issuer', 'idp']))).toEqual(['issuer_mismatch'])
  })
})
