import { expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { createVerifier, type Authentication } from '../../../lib/index.js'
import { platform } from '../../helpers/platform.js'
import { createSessionIssuer, type SessionIssuerEvent } from '../../../lib/session/index.js'
import { issuing, issuerName, mint, now, pageOrigin, platformKey } from '../platform.js'

const { options } = platform()
const verifier = createVerifier(options)
const events: SessionIssuerEvent[] = []
const { issuer } = issuing({ verifier, onEvent: (event) => events.push(event) })
const authenticated = () => verifier.verify(mint())
const claimsOf = (session: { access_token: string }) => decodeJwt(session.access_token)

it('makes a session in a route of one’s own', async () => {
  const session = await issuer.issue(await authenticated(), { origin: pageOrigin, scope: 'portal:read' })
  expect(session).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'portal:read' })
  expect(claimsOf(session)).toMatchObject({ sub: 'shop', origin: pageOrigin, scope: 'portal:read' })
  expect(events.at(-1)).toEqual({
    type: 'session.issued',
    id: expect.any(String) as unknown,
    time: now,
    sessionId: claimsOf(session).jti,
    projectId: 'shop',
    kid: 'key-es256',
    scopes: ['portal:read'],
    origin: pageOrigin,
    expiresAt: now + 600,
  })
})

it.each<[string, (authentication: Authentication) => unknown]>([
  ['nothing', () => undefined],
  ['the project alone', ({ project }) => ({ project })],
  ['a project that was written down', ({ projectToken }) => ({ project: { id: 'shop' }, projectToken })],
  ['a copy of the project', ({ project, projectToken }) => ({ project: { ...project }, projectToken })],
  [
    'the token of another project',
    ({ project, projectToken }) => ({
      project,
      projectToken: { ...projectToken, claims: { ...projectToken.claims, proj_id: 'rival' } },
    }),
  ],
])('makes none for %s', async (_, given) => {
  await expect(issuer.issue(given(await authenticated()) as Authentication)).rejects.toThrow(
    /issue takes what a verifier has authenticated/,
  )
})

it('makes none with more scope than the token grants', async () => {
  await expect(issuer.issue(await authenticated(), { scope: 'admin' })).rejects.toMatchObject({
    code: 'scope_insufficient',
  })
})

it.each([[{ origin: ['https://shop.example'] }], [{ origins: pageOrigin }], [{ scope: '' }]])(
  'makes none with the context %j',
  async (context) => {
    await expect(issuer.issue(await authenticated(), context as never)).rejects.toThrow(TypeError)
  },
)

it('has further claims, under names that nobody has registered', async () => {
  const make = (claims: (authentication: Authentication) => Record<string, unknown>) =>
    createSessionIssuer({
      issuer: issuerName,
      verifier,
      signingKeys: [{ privateKey: platformKey() }],
      claims,
    })
  const named = make(({ project }) => ({ 'https://platform.example/plan': `${project.id}-gold` }))
  expect(claimsOf(await named.issue(await authenticated()))).toMatchObject({
    'https://platform.example/plan': 'shop-gold',
  })
  for (const name of ['sub', 'exp', 'plan', '__proto__', 'proj_kid']) {
    const wrong = make(() => Object.fromEntries([[name, 'rival']]))
    await expect(wrong.issue(await authenticated())).rejects.toThrow(/without : or \//)
  }
  const large = make(() => ({ 'a:b': 'x'.repeat(4_000) }))
  await expect(large.issue(await authenticated())).rejects.toThrow(/services refuse more than 4096/)
})

it.each<[string, Record<string, unknown>, RegExp]>([
  ['a lifetime of a second', { lifetime: 1 }, /lifetime must be a number of seconds from 60 to 3600/],
  ['a verifier that is none', { verifier: {} }, /verifier must be what createVerifier returns/],
  ['signing keys that got lost', { signingKeys: undefined }, /signingKeys is undefined/],
  ['a path that is an address', { tokenPath: 'https://a.example/token' }, /tokenPath must be a path/],
  [
    'a store that cannot revoke',
    { revocations: { isRevoked: () => false } },
    /revocations must be what remembers/,
  ],
  ['an option that there is not', { ttl: 3 }, /unknown option "ttl"/],
])('throws a TypeError for %s', (_, wrong, message) => {
  expect(() => issuing(wrong as never)).toThrow(message)
})

it('has no routes for revocations without a place for them', async () => {
  expect(() => issuer.revocationEndpoint()).toThrow(/revocationEndpoint needs the option revocations/)
  expect(() => issuer.revocationList()).toThrow(/revocationList needs the option revocations/)
  await expect(issuer.revoke({ projectId: 'shop' }, { by: 'ops', reason: 'x' })).rejects.toThrow(
    /revoke needs the option/,
  )
})
