import { describe, expect, it } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { generateKeyPairSync } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createVerifier, MemoryKeyStore, MemoryReplayStore, type VerifierEvent } from '../../lib/index.js'
import { createSessionIssuer, createSessionVerifier } from '../../lib/session/index.js'
import { createTestProject, createTestSessionIssuer, type TokenOverrides } from '../../lib/testing/index.js'
import { openServer } from '../helpers/server.js'

const issuer = 'https://platform.example'
const [page, evil] = ['https://shop.example', 'https://evil.example']
const shop = createTestProject({ id: 'shop', audience: issuer, allowedOrigins: [page], scopes: ['a', 'b'] })
const platform = createTestSessionIssuer({ issuer })
const serve = openServer()

async function reasonOf(session: string, origin = page): Promise<string | undefined> {
  const events: unknown[] = []
  const verifier = createSessionVerifier({
    issuer,
    keys: { jwks: platform.jwks },
    onEvent: (event) => events.push(event),
  })
  await verifier.verify(session, { origin, scope: 'a' }).catch(() => undefined)
  const event = events[0] as VerifierEvent | undefined
  return event === undefined || event.type === 'accepted' ? event?.type : event.reason
}

describe('a test issuer of sessions', () => {
  it('signs what the issuer of a platform does', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keyStore = new MemoryKeyStore([shop.project])
    const verifier = createVerifier({ audience: issuer, keyStore, replayStore: new MemoryReplayStore() })
    const real = createSessionIssuer({ issuer, verifier, signingKeys: [{ privateKey }] })
    const authentication = await verifier.verify(shop.sign(), { origin: page })
    const { access_token } = await real.issue(authentication, { origin: page })

    const partsOf = (session: string) => {
      const { iat = 0, exp = 0, jti, ...claims } = decodeJwt(session)
      const { kid, ...header } = decodeProtectedHeader(session)
      return { header, kid: typeof kid, ...claims, jti: typeof jti, lives: exp - iat }
    }
    expect(partsOf(platform.sign(shop))).toEqual(partsOf(access_token))
  })

  it.each<[string, TokenOverrides, string]>([
    ['none', {}, 'accepted'],
    ['an age beyond the lifetime', { age: 620 }, 'token_expired'],
    ['a longer lifetime', { age: 620, expiresIn: 1_000 }, 'accepted'],
    ['another audience', { claims: { aud: 'https://other.example' } }, 'audience_mismatch'],
    ['another issuer', { claims: { iss: 'https://other.example' } }, 'issuer_mismatch'],
    ['no scope', { claims: { scope: undefined } }, 'scope_insufficient'],
    ['another type', { header: { typ: 'JWT' } }, 'token_type_not_allowed'],
    ['another page', { claims: { origin: evil } }, 'origin_not_claimed'],
    ['a project changed afterwards', { tampered: { sub: 'x', client_id: 'x' } }, 'signature_bad'],
  ])('signs a session with an override that the verifier sees: %s', async (_name, overrides, reason) => {
    expect(await reasonOf(platform.sign(shop, overrides))).toBe(reason)
  })

  it('is nobody to a verifier that was not given its keys', async () => {
    const stranger = createTestSessionIssuer({ issuer })
    expect(await reasonOf(stranger.sign(shop))).toBe('key_unknown')
    const [{ kid } = { kid: '' }] = platform.jwks.keys
    expect(await reasonOf(stranger.sign(shop, { header: { kid } }))).toBe('signature_bad')
  })

  it('makes the headers of a request of the page', () => {
    expect(platform.headers(shop)).toEqual({
      Authorization: expect.stringMatching(/^Bearer e/),
      Origin: page,
    })
    expect(platform.headers(shop, { origin: evil })).toHaveProperty('Origin', evil)
    expect(Object.keys(platform.headers(shop, { origin: false }))).toEqual(['Authorization'])
    const [, session = ''] = platform.headers(shop, { age: 60 }).Authorization?.split(' ') ?? []
    expect(decodeJwt(session).iat).toBeLessThan(Date.now() / 1000 - 59)
  })

  it('has a project without scopes and origins say neither', () => {
    const session = decodeJwt(platform.sign(createTestProject({ audience: issuer })))
    expect(Object.keys(session)).not.toContain('scope')
    expect(Object.keys(session)).not.toContain('origin')
  })

  it('has the audience and the algorithm that it was given', async () => {
    const audience = 'https://orders.example'
    const other = createTestSessionIssuer({ issuer, audience, alg: 'RS256' })
    const service = createSessionVerifier({
      issuer,
      audience,
      keys: { jwks: other.jwks },
      algorithms: ['RS256'],
    })
    await expect(service.verify(other.sign(shop))).resolves.toMatchObject({
      projectId: 'shop',
      kid: shop.kid,
    })
  })

  it('has keys that a server of the test can serve', async () => {
    const server = serve((_req, res) => res.end(JSON.stringify(platform.jwks)))
    const { port } = server.address() as AddressInfo
    const service = createSessionVerifier({ issuer, keys: { jwksUri: `http://127.0.0.1:${port}/jwks.json` } })
    await expect(service.verify(platform.sign(shop))).resolves.toMatchObject({ projectId: 'shop' })
  })

  it('says what a wrong call should have been', () => {
    expect(() => platform.sign(shop.project as never)).toThrow('sign(shop), not sign(shop.project)')
    expect(() => platform.headers(undefined as never)).toThrow(TypeError)
    expect(() => createTestSessionIssuer({} as never)).toThrow('createTestSessionIssuer: issuer is missing')
    expect(() => createTestSessionIssuer({ issuer, audience: '' })).toThrow(
      'createTestSessionIssuer: audience must be a non-empty string',
    )
  })
})
