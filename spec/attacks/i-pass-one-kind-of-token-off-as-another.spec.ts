import { expect, it } from '@jest/globals'
import { createVerifier } from '../../lib/index.js'
import { proveKeyPossession } from '../../lib/customer/index.js'
import { createRegistry, MemoryProjectStore } from '../../lib/registry/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'
import { by } from '../helpers/registry.js'
import { exchange, issuing, mint, pageOrigin, sessionsOf } from '../session/platform.js'

const serve = openServer()
const { options } = platform()
const verifier = createVerifier(options)
const made = issuing({ verifier })
const sessions = sessionsOf(made)

/** A real one of each kind. */
const kinds = {
  token: () => mint(),
  session: async () => (await exchange(serve(made.app))).body.access_token as string,
  proof: () =>
    proveKeyPossession({
      challenge: {
        aud: audience,
        proj_id: 'shop',
        kid: 'key-es256',
        alg: 'ES256',
        nonce: 'a'.repeat(43),
        exp: Math.floor(Date.now() / 1000) + 600,
      },
      privateKey: keyPair('ES256').privateKey,
      projectId: 'shop',
      audience,
    }),
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'passes',
    (error: unknown) => (error as { code: string }).code,
  )

/** Where one can be presented. */
const places: Record<string, (token: string) => Promise<string>> = {
  'a verifier': (token) => codeOf(verifier.verify(token)),
  'the token endpoint': async (token) => {
    const { status, body } = await exchange(serve(made.app), token)
    return status === 200 ? 'passes' : String(body.code)
  },
  'a service': (token) => codeOf(sessions.verify(token, { origin: pageOrigin })),
}

it.each<[keyof typeof kinds, string, string]>([
  ['token', 'a verifier', 'passes'],
  ['token', 'the token endpoint', 'passes'],
  ['token', 'a service', 'token_type_not_allowed'],
  ['session', 'a verifier', 'token_type_not_allowed'],
  ['session', 'the token endpoint', 'token_type_not_allowed'],
  ['session', 'a service', 'passes'],
  ['proof', 'a verifier', 'token_type_not_allowed'],
  ['proof', 'the token endpoint', 'token_type_not_allowed'],
  ['proof', 'a service', 'token_type_not_allowed'],
])('a %s at %s: %s', async (kind, place, expected) => {
  expect(await places[place]?.(await kinds[kind]())).toBe(expected)
})

it.each(['token', 'session'] as const)('a %s proves no possession of a key', async (kind) => {
  const store = new MemoryProjectStore()
  const registry = createRegistry({ store, audience })
  await registry.createProject({ id: 'shop' }, { by })
  const { publicJwk } = keyPair('ES256')
  const { kid } = await registry.registerKey('shop', { jwk: publicJwk, kid: 'key-es256', by })
  await expect(registry.confirmKey('shop', { kid, proof: await kinds[kind](), by })).rejects.toMatchObject({
    code: 'proof_invalid',
  })
})

it.each([{ typ: 'at+jwt' }, { typ: 'application/at+jwt' }])(
  'a customer makes no session by writing %j into a token of his own',
  async (header) => {
    for (const kid of ['key-es256', 'platform-1'])
      expect(
        await codeOf(sessions.verify(mint({ header: { ...header, kid } }), { origin: pageOrigin })),
      ).toMatch(/^(?:claim_missing|issuer_mismatch|token_not_verified)$/)
  },
)
