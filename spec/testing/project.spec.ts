import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { inspect } from 'node:util'
import { createSigner } from '../../lib/customer/index.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore, type VerifierEvent } from '../../lib/index.js'
import { algorithms, type Algorithm } from '../../lib/protocol.js'
import { createTestProject, type TestProject, type TokenOverrides } from '../../lib/testing/index.js'
import { audience } from '../helpers/mint.js'

const allowedOrigins = ['https://shop.example', 'https://www.shop.example']
const shop = createTestProject({ id: 'shop', audience, allowedOrigins, scopes: ['portal:read'] })
const every = Array.from(algorithms.keys())

afterEach(() => {
  jest.restoreAllMocks()
})

/** The verifier that users have, and what it told. */
function verifierOf(projects: readonly TestProject[], accepted: readonly Algorithm[] = ['ES256']) {
  const events: VerifierEvent[] = []
  const verifier = createVerifier({
    audience,
    keyStore: new MemoryKeyStore(projects.map(({ project }) => project)),
    replayStore: new MemoryReplayStore(),
    algorithms: accepted,
    onEvent: (event) => events.push(event),
  })
  return { verifier, events }
}

async function reasonOf(token: string, projects = [shop]): Promise<string | undefined> {
  const { verifier, events } = verifierOf(projects)
  await verifier.verify(token, { origin: allowedOrigins[0] }).catch(() => undefined)
  const [event] = events
  return event === undefined || event.type === 'accepted' ? event?.type : event.reason
}

describe('a test project', () => {
  it('signs tokens that a verifier accepts once', async () => {
    const { verifier } = verifierOf([shop])
    const token = shop.sign()
    const { project, projectToken } = await verifier.verify(token)
    expect([project.id, projectToken.scopes]).toEqual(['shop', ['portal:read']])
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'token_replayed' })
    await expect(verifier.verify(shop.sign())).resolves.toBeDefined()
  })

  it('signs what the signer of a customer does', async () => {
    const { privateKey } = shop
    const token = await createSigner({ projectId: 'shop', audience, privateKey }).sign()
    expect(await reasonOf(token)).toBe('accepted')
    expect(decodeProtectedHeader(shop.sign())).toEqual(decodeProtectedHeader(token))
    const claimsOf = (given: string) => {
      const { iat = 0, exp = 0, jti, ...claims } = decodeJwt(given)
      return { ...claims, jti: typeof jti, lives: exp - iat }
    }
    expect(claimsOf(shop.sign())).toEqual(claimsOf(token))
  })

  it.each([...every, 'Ed25519' as const])('has a key for %s', async (alg) => {
    const project = createTestProject({ audience, alg })
    const { verifier } = verifierOf([project], every)
    const { projectToken } = await verifier.verify(project.sign())
    expect(projectToken.header.alg).toBe(alg === 'Ed25519' ? 'EdDSA' : alg)
    expect(project.project.id).toBe('test-project')
  })

  it('is nobody to a verifier that was not given its key', async () => {
    const twin = createTestProject({ id: 'shop', audience, allowedOrigins, scopes: ['portal:read'] })
    expect(await reasonOf(twin.sign())).toBe('key_unknown')
    expect(await reasonOf(twin.sign({ header: { kid: shop.kid } }))).toBe('signature_bad')
    expect(await reasonOf(shop.sign())).toBe('accepted')
  })

  it('can be registered as its parts, changed', async () => {
    const revoked = { ...shop.project, keys: [{ jwk: shop.publicJwk, revokedAt: 0 }] }
    expect(await reasonOf(shop.sign(), [{ ...shop, project: revoked }])).toBe('key_revoked')
    const suspended = { ...shop.project, suspended: true }
    expect(await reasonOf(shop.sign(), [{ ...shop, project: suspended }])).toBe('project_suspended')
  })

  it('shows no private key when a runner prints it', () => {
    const { d = '' } = shop.privateKey.export({ format: 'jwk' })
    expect(d).not.toBe('')
    expect(inspect(shop, { depth: 10, showHidden: true }) + JSON.stringify(shop)).not.toContain(d)
  })
})

describe('an override', () => {
  it.each<[string, TokenOverrides, string]>([
    ['none', {}, 'accepted'],
    ['an age within the lifetime', { age: 100 }, 'accepted'],
    ['an age beyond it', { age: 140 }, 'token_expired'],
    ['an age in the future', { age: -60 }, 'token_not_active'],
    ['a longer lifetime', { age: 140, expiresIn: 200 }, 'accepted'],
    ['a lifetime that is too long', { expiresIn: 301 }, 'token_lifetime_too_long'],
    ['a claim', { claims: { aud: 'https://other.example' } }, 'audience_mismatch'],
    ['a claim left out', { claims: { jti: undefined } }, 'claim_missing'],
    ['times as claims', { claims: { iat: 1, exp: 2 } }, 'token_expired'],
    ['a member of the header', { header: { typ: 'JWT' } }, 'accepted'],
    ['another one', { header: { crit: ['b64'] } }, 'token_malformed'],
    ['a member left out', { header: { alg: undefined } }, 'token_malformed'],
    ['a claim changed afterwards', { tampered: { scope: 'admin' } }, 'signature_bad'],
    ['members that are undefined', { age: undefined, claims: undefined, tampered: undefined }, 'accepted'],
  ])('is what the verifier sees: %s', async (_name, overrides, reason) => {
    expect(await reasonOf(shop.sign(overrides))).toBe(reason)
  })

  it('that is misspelled or of another kind is refused, and no honest token is signed', () => {
    const wrong: [object, string][] = [
      [{ claim: {} }, 'sign: unknown override "claim". Did you mean "claims"?'],
      [{ claims: 'aud' }, 'sign: claims must be an object with the members to set'],
      [{ header: [] }, 'sign: header must be an object with the members to set'],
      [{ age: Date.now() }, 'looks like milliseconds'],
      [{ tampered: { proj_id: 'shop' } }, 'sign: tampered must change a claim'],
    ]
    for (const [overrides, message] of wrong) expect(() => shop.sign(overrides)).toThrow(message)
    expect(() => shop.headers({ orgin: 'x' } as object)).toThrow(
      'headers: unknown override "orgin". Did you mean "origin"?',
    )
    expect(() => shop.headers({ origin: null } as object)).toThrow(
      'headers: origin must be the Origin of the request, or false for none',
    )
    expect(() => shop.headers({ age: 'x' } as object)).toThrow('headers: age must be')
  })

  it('of the origin is a header, and the first page of the project where there is none', () => {
    const { Authorization = '', ...others } = shop.headers()
    expect(Authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
    expect(others).toEqual({ Origin: 'https://shop.example' })
    expect(shop.headers({ origin: 'https://evil.example' })).toHaveProperty('Origin', 'https://evil.example')
    expect(Object.keys(shop.headers({ origin: false }))).toEqual(['Authorization'])
    expect(Object.keys(createTestProject({ audience }).headers())).toEqual(['Authorization'])
  })
})

it('times are those of the process, so that its clock can be moved for tokens and verifiers at once', async () => {
  const moment = Date.now()
  const clock = jest.spyOn(Date, 'now')
  const { verifier } = verifierOf([shop])
  const kept = shop.sign()
  clock.mockReturnValue(moment + 300_000)
  await expect(verifier.verify(kept)).rejects.toMatchObject({ code: 'token_expired' })
  await expect(verifier.verify(shop.sign())).resolves.toBeDefined()
})

it.each<[object | undefined, string]>([
  [undefined, 'createTestProject takes an object'],
  [{}, 'createTestProject: audience is missing: that of your verifier'],
  [{ audience: undefined }, 'createTestProject: audience is undefined'],
  [{ audience, audiense: 'x' }, 'Did you mean "audience"?'],
  [{ audience, id: ' ' }, 'createTestProject: id must be a string of 1 to 256 characters'],
  [{ audience, alg: 'HS256' }, 'createTestProject: alg must be one of ES256'],
  [{ audience, allowedOrigins: undefined }, 'createTestProject: allowedOrigins is undefined'],
  [{ audience, allowedOrigins: ['https://shop.example/'] }, 'which is not an origin as browsers send it'],
  [{ audience, scopes: 'portal:read' }, 'scopes must be a list of names'],
])('a wrong option is named: %p', (options, message) => {
  expect(() => createTestProject(options as { audience: string })).toThrow(message)
})
