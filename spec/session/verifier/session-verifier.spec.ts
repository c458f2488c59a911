import { describe, expect, it } from '@jest/globals'
import { StoreError, type VerifierEvent } from '../../../lib/index.js'
import { createSessionVerifier, type SessionVerifierOptions } from '../../../lib/session/index.js'
import { keyPair } from '../../helpers/keys.js'
import { rivalKeys } from '../../helpers/platform.js'
import { issuerName, mint, mintSession, now, pageOrigin } from '../platform.js'

const jwk = { ...keyPair('RS256').publicJwk, kid: 'platform-1', alg: 'RS256', use: 'sig' }

function verifier(override: Partial<SessionVerifierOptions> = {}) {
  const events: VerifierEvent[] = []
  const sessions = createSessionVerifier({
    issuer: issuerName,
    keys: { jwks: { keys: [jwk] } },
    clock: () => now,
    onEvent: (event) => events.push(event as VerifierEvent),
    ...override,
  })
  return { sessions, events }
}

const context = { origin: pageOrigin }
const withClaims = (claims: Record<string, unknown>) => mintSession({ claims })

it('says whose session it is, what it grants and until when', async () => {
  const { sessions, events } = verifier()
  const session = await sessions.verify(mintSession({ claims: { jti: 'id-1' } }), context)
  expect(session).toEqual({
    id: 'id-1',
    projectId: 'shop',
    kid: 'key-es256',
    scopes: ['portal:read'],
    origin: pageOrigin,
    issuedAt: now - 10,
    expiresAt: now + 590,
    claims: expect.objectContaining({ iss: issuerName, proj_kid: 'key-es256' }) as unknown,
  })
  expect(events).toMatchObject([
    {
      type: 'accepted',
      face: 'session',
      projectId: 'shop',
      kid: 'key-es256',
      alg: 'RS256',
      jti: 'id-1',
      scopes: ['portal:read'],
      origin: pageOrigin,
      expiresAt: now + 590,
    },
  ])
})

it('takes a session as often as it comes', async () => {
  const { sessions } = verifier()
  const token = mintSession()
  for (let time = 0; time < 3; time++) await expect(sessions.verify(token, context)).resolves.toBeDefined()
})

describe('is refused', () => {
  it.each<[string, () => unknown, string, string]>([
    ['nothing', () => undefined, 'credentials_missing', 'fresh-token'],
    ['what is no text', () => 1, 'request_malformed', 'no'],
    ['what is longer than 4,096 characters', () => 'a'.repeat(4_097), 'request_malformed', 'no'],
    ['what is no JWS', () => 'a.b', 'token_malformed', 'fresh-token'],
    ['a project token', () => mint(), 'token_type_not_allowed', 'fresh-token'],
    [
      'a session without typ',
      () => mintSession({ header: { typ: undefined } }),
      'token_type_not_allowed',
      'fresh-token',
    ],
    [
      'a session of typ JWT',
      () => mintSession({ header: { typ: 'JWT' } }),
      'token_type_not_allowed',
      'fresh-token',
    ],
    [
      'a session with a key in its header',
      () => mintSession({ header: { jwk } }),
      'token_malformed',
      'fresh-token',
    ],
    [
      'a session with an address in its header',
      () => mintSession({ header: { jku: 'https://evil.example' } }),
      'token_malformed',
      'fresh-token',
    ],
    [
      'another algorithm than is accepted',
      () => mintSession({ alg: 'RS384' }),
      'algorithm_not_allowed',
      'fresh-token',
    ],
    [
      'an algorithm that is not the key’s',
      () => mintSession({ alg: 'PS256' }),
      'token_not_verified',
      'fresh-token',
    ],
    ['an unknown kid', () => mintSession({ header: { kid: 'other' } }), 'token_not_verified', 'fresh-token'],
    [
      'another signature',
      () => mintSession({ signature: (bytes) => Buffer.concat([bytes.subarray(1), bytes.subarray(0, 1)]) }),
      'token_not_verified',
      'fresh-token',
    ],
    ['another issuer', () => withClaims({ iss: 'https://evil.example' }), 'issuer_mismatch', 'fresh-token'],
    ['an issuer with a slash', () => withClaims({ iss: `${issuerName}/` }), 'issuer_mismatch', 'fresh-token'],
    [
      'another audience',
      () => withClaims({ aud: 'https://evil.example' }),
      'audience_mismatch',
      'fresh-token',
    ],
    [
      'two audiences, ours among them',
      () => withClaims({ aud: [issuerName, 'x'] }),
      'audience_mismatch',
      'fresh-token',
    ],
    ['a client_id that is not sub', () => withClaims({ client_id: 'rival' }), 'claim_invalid', 'fresh-token'],
    ['an empty jti', () => withClaims({ jti: '' }), 'claim_invalid', 'fresh-token'],
    ['a scope that is none', () => withClaims({ scope: 'a  b' }), 'claim_invalid', 'fresh-token'],
    ['an origin that is no text', () => withClaims({ origin: 1 }), 'claim_invalid', 'fresh-token'],
    [
      'an origin that no browser writes',
      () => withClaims({ origin: 'shop.example' }),
      'origin_not_allowed',
      'no',
    ],
    ['a session bound to a key', () => withClaims({ cnf: { jkt: 'x' } }), 'claim_invalid', 'fresh-token'],
    ['an exp that is text', () => withClaims({ exp: String(now + 100) }), 'claim_invalid', 'fresh-token'],
    [
      'one that has expired 10 s ago',
      () => withClaims({ exp: now - 10, iat: now - 60 }),
      'token_expired',
      'fresh-token',
    ],
    [
      'one from 11 s ahead',
      () => withClaims({ iat: now + 11, exp: now + 100 }),
      'token_not_active',
      'fresh-token',
    ],
    ['one that is not valid yet', () => withClaims({ nbf: now + 11 }), 'token_not_active', 'fresh-token'],
    [
      'one that lives for more than an hour',
      () => withClaims({ iat: now, exp: now + 3_601 }),
      'token_lifetime_too_long',
      'fresh-token',
    ],
    [
      'one whose end is before its beginning',
      () => withClaims({ iat: now + 9, exp: now + 5 }),
      'token_lifetime_too_long',
      'fresh-token',
    ],
    ...['iss', 'sub', 'client_id', 'aud', 'jti', 'iat', 'exp', 'proj_kid'].map(
      (name): [string, () => unknown, string, string] => [
        `a session without ${name}`,
        () => withClaims({ [name]: undefined }),
        'claim_missing',
        'fresh-token',
      ],
    ),
  ])('%s', async (_, token, code, retry) => {
    const { sessions, events } = verifier()
    await expect(sessions.verify(token(), context)).rejects.toMatchObject({ code, retry })
    expect(events).toMatchObject([{ type: 'refused', face: 'session', code }])
  })

  it('one that a customer’s key has signed', async () => {
    const { sessions } = verifier()
    const token = mintSession({ alg: 'ES256', privateKey: rivalKeys.privateKey })
    await expect(sessions.verify(token, context)).rejects.toMatchObject({ code: 'token_not_verified' })
  })

  it.each([
    [now - 9.999, 'passes'],
    [now - 10, 'token_expired'],
  ])('at exactly the tolerance: exp %d', async (exp, expected) => {
    const { sessions } = verifier()
    const verified = sessions.verify(withClaims({ exp, iat: now - 100 }), context)
    await expect(
      verified.then(
        () => 'passes',
        (error: unknown) => (error as { code: string }).code,
      ),
    ).resolves.toBe(expected)
  })
})

describe('its audience', () => {
  it('may be a list of exactly ours', async () => {
    await expect(
      verifier().sessions.verify(withClaims({ aud: [issuerName] }), context),
    ).resolves.toBeDefined()
  })

  it('is another one where that is said', async () => {
    const { sessions } = verifier({ audience: 'orders' })
    await expect(sessions.verify(withClaims({ aud: 'orders' }), context)).resolves.toBeDefined()
    await expect(sessions.verify(mintSession(), context)).rejects.toMatchObject({ code: 'audience_mismatch' })
  })
})

describe('its origin', () => {
  it.each<[string | undefined, string | undefined, boolean, string]>([
    [pageOrigin, pageOrigin, false, 'passes'],
    [pageOrigin, undefined, false, 'passes'],
    [undefined, undefined, false, 'passes'],
    [pageOrigin, undefined, true, 'origin_not_allowed'],
    [pageOrigin, 'https://evil.example', false, 'origin_not_allowed'],
    [pageOrigin, 'null', false, 'origin_not_allowed'],
    [pageOrigin, 'https://shop.example:444', false, 'origin_not_allowed'],
    [pageOrigin, '', false, 'origin_not_allowed'],
    [undefined, pageOrigin, false, 'origin_not_allowed'],
  ])(
    'of %j, presented from %j, where it is required: %j',
    async (origin, header, requireOrigin, expected) => {
      const { sessions } = verifier({ requireOrigin })
      const verified = sessions.verify(withClaims({ origin }), { origin: header })
      await expect(
        verified.then(
          () => 'passes',
          (error: unknown) => (error as { code: string }).code,
        ),
      ).resolves.toBe(expected)
    },
  )
})

describe('its scope', () => {
  it('must have all that is asked for', async () => {
    const { sessions } = verifier()
    const token = mintSession()
    await expect(sessions.verify(token, { ...context, scope: 'portal:read' })).resolves.toBeDefined()
    await expect(
      sessions.verify(token, { ...context, scope: 'portal:read portal:write' }),
    ).rejects.toMatchObject({
      code: 'scope_insufficient',
      status: 403,
    })
  })

  it('is none where the claim is absent', async () => {
    const { sessions } = verifier()
    const token = withClaims({ scope: undefined })
    await expect(sessions.verify(token, context)).resolves.toMatchObject({ scopes: [] })
    await expect(sessions.verify(token, { ...context, scope: 'portal:read' })).rejects.toMatchObject({
      code: 'scope_insufficient',
    })
  })
})

describe('whether it has ended', () => {
  it('is asked last but for the scope, with what there is to know', async () => {
    const asked: unknown[] = []
    const { sessions } = verifier({ revocations: { isRevoked: (session) => asked.push(session) < 0 } })
    await sessions.verify(mintSession({ claims: { jti: 'id-1' } }), context)
    await expect(sessions.verify(mintSession(), { origin: 'https://evil.example' })).rejects.toBeDefined()
    expect(asked).toMatchObject([{ id: 'id-1', projectId: 'shop', kid: 'key-es256', issuedAt: now - 10 }])
  })

  it.each<[string, () => unknown, string]>([
    ['true', () => true, 'session_revoked'],
    ['true, later', () => Promise.resolve(true), 'session_revoked'],
    ['nothing', () => undefined, 'store_unavailable'],
    ['nothing, later', () => Promise.resolve(undefined), 'store_unavailable'],
    [
      'what is thrown',
      () => {
        throw new Error('away')
      },
      'store_unavailable',
    ],
    ['what is rejected', () => Promise.reject(new Error('away')), 'store_unavailable'],
    [
      'an outage',
      () => {
        throw new StoreError('store_unavailable')
      },
      'store_unavailable',
    ],
    ['a text', () => 'false', 'store_unavailable'],
  ])('is answered with %s', async (_, answer, code) => {
    const { sessions } = verifier({ revocations: { isRevoked: answer as () => boolean } })
    await expect(sessions.verify(mintSession(), context)).rejects.toMatchObject({ code })
  })

  it('is answered with false, later', async () => {
    const { sessions } = verifier({ revocations: { isRevoked: () => Promise.resolve(false) } })
    await expect(sessions.verify(mintSession(), context)).resolves.toBeDefined()
  })
})
