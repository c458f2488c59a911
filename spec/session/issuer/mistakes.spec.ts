import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { createVerifier } from '../../../lib/index.js'
import { MemoryRevocations } from '../../../lib/session/index.js'
import { keyPair } from '../../helpers/keys.js'
import { signBytes } from '../../helpers/mint.js'
import { platform, rivalKeys, shop } from '../../helpers/platform.js'
import { openServer } from '../../helpers/server.js'
import { monotonicClock } from '../other-server.js'
import { exchange, grantType, issuing, issuerName, mint, pageOrigin, post } from '../platform.js'

const serve = openServer()
afterEach(() => {
  jest.restoreAllMocks()
})

describe('claims of the platform’s own that are no JSON', () => {
  it('are a defect, and keep nobody else out', async () => {
    const { app } = issuing({
      claims: ({ project }) => (project.id === 'rival' ? { 'https://platform.example/plan': 1n } : {}),
    })
    const server = serve(app)
    const theirs = () =>
      mint({
        privateKey: rivalKeys.privateKey,
        header: { kid: 'key-rival' },
        claims: { iss: 'rival', sub: 'rival', proj_id: 'rival' },
      })
    const { port } = server.address() as { port: number }
    const form = () => new URLSearchParams({ grant_type: grantType, assertion: theirs() })
    const answer = await fetch(`http://127.0.0.1:${port}/oauth/token`, { method: 'POST', body: form() })
    expect(answer.status).toBe(500)
    expect((await exchange(server)).status).toBe(200)
  })
})

it('a project of very many scopes is told to ask for fewer', async () => {
  const scopes = Array.from({ length: 330 }, (_, at) => `scope-${at}:read`)
  const { app } = issuing({}, {}, [shop(undefined, { scopes })])
  const server = serve(app)
  expect((await exchange(server)).body).toMatchObject({
    error: 'invalid_scope',
    error_description: expect.stringContaining('Ask for fewer scopes') as unknown,
  })
  expect((await exchange(server, mint(), { scope: 'scope-1:read' })).status).toBe(200)
})

it.each(['https://shop.example/', 'https://shop.example:443', 'https://Shop.example', 'shop.example', ''])(
  'issue takes no origin %j, which no browser sends',
  async (origin) => {
    const verifier = createVerifier(platform().options)
    const { issuer } = issuing({ verifier })
    await expect(issuer.issue(await verifier.verify(mint()), { origin })).rejects.toThrow(
      /origin must be an origin as browsers send it/,
    )
  },
)

it.each([`${pageOrigin}, ${pageOrigin}`, 'shop.example', 'https://shop.example/'])(
  'the Origin %j is malformed, and uses up no token',
  async (origin) => {
    const server = serve(issuing().app)
    const token = mint()
    const form = { grant_type: grantType, assertion: token }
    const { body } = await post(server, '/oauth/token', form, { Origin: origin })
    expect(body).toMatchObject({ error: 'invalid_request', code: 'request_malformed' })
    expect((await exchange(server, token)).status).toBe(200)
  },
)

it('a token in the URL is found however its name is spelled', async () => {
  const answer = await post(serve(issuing().app), '/oauth/token?%61ssertion=x', {
    grant_type: grantType,
    assertion: mint(),
  })
  expect(answer.body).toMatchObject({ error: 'invalid_request', code: 'request_malformed' })
})

it.each([
  { projectId: 'shop', kid: undefined },
  { projectId: 'shop', sessionId: undefined, expiresAt: undefined },
  { projectId: undefined },
])('a revocation whose subject got lost ends nothing: %j', async (what) => {
  const revocations = new MemoryRevocations({ keyStore: { find: () => undefined } })
  const { issuer } = issuing({ revocations })
  await expect(issuer.revoke(what as never, { by: 'ops', reason: 'x' })).rejects.toThrow(/is undefined/)
  expect((await revocations.list()).revocations).toEqual([])
})

it('a list that cannot be written is 503', async () => {
  for (const list of [
    () => undefined,
    () => ({ generatedAt: 1n, revocations: [] }),
    () => {
      throw new Error('away')
    },
  ]) {
    const revocations = { isRevoked: () => false, revoke: () => Promise.resolve(), list } as never
    const server = serve(issuing({ revocations }).app)
    const { port } = server.address() as { port: number }
    expect((await fetch(`http://127.0.0.1:${port}/internal/revocations`)).status).toBe(503)
  }
})

describe('a KMS that hangs', () => {
  it('uses up the tokens of the first second, and no more', async () => {
    const pass = monotonicClock()
    let hangs = false
    const { publicJwk } = keyPair('ES256')
    const { kty, crv, x, y } = publicJwk as Record<string, string>
    const signer = {
      alg: 'ES256' as const,
      kid: 'kms-1',
      sign: (data: Uint8Array) =>
        hangs
          ? new Promise<Uint8Array>(() => undefined)
          : signBytes('ES256', Buffer.from(data).toString(), keyPair('ES256').privateKey),
    }
    const made = issuing({
      signingKeys: [{ privateKey: signer, publicJwk: { kty, crv, x, y } as Record<string, string> }],
    })
    const server = serve(made.app)
    expect((await exchange(server)).status).toBe(200)
    hangs = true
    const waiting = exchange(server)
    const second = mint()
    // The first one is on its way to the signer.
    await new Promise((resolve) => setTimeout(resolve, 200))
    pass(1.1)
    expect((await exchange(server, second)).status).toBe(503)
    hangs = false
    expect((await waiting).status).toBe(503)
    pass(1.1)
    expect((await exchange(server, second)).status).toBe(200)
  }, 20_000)

  it('is not what a call hears of that comes after it is back', async () => {
    let isDown = true
    const { kty, crv, x, y } = keyPair('ES256').publicJwk as Record<string, string>
    const sign = (data: Uint8Array) => {
      if (isDown) throw new Error('away')
      return signBytes('ES256', Buffer.from(data).toString(), keyPair('ES256').privateKey)
    }
    const verifier = createVerifier(platform().options)
    const { issuer } = issuing({
      verifier,
      issuer: issuerName,
      signingKeys: [
        {
          privateKey: { alg: 'ES256', kid: 'kms-1', sign },
          publicJwk: { kty, crv, x, y } as Record<string, string>,
        },
      ],
    })
    await expect(issuer.ready()).rejects.toMatchObject({ code: 'store_unavailable' })
    isDown = false
    await expect(issuer.issue(await verifier.verify(mint()))).resolves.toBeDefined()
  })
})
