import { afterEach, expect, it, jest } from '@jest/globals'
import type { RemoteSigner } from '../../../lib/session/index.js'
import { keyPair } from '../../helpers/keys.js'
import { signBytes } from '../../helpers/mint.js'
import { openServer } from '../../helpers/server.js'
import { monotonicClock } from '../other-server.js'
import { exchange, issuing, mint, sessionsOf } from '../platform.js'

const serve = openServer()
afterEach(() => {
  jest.restoreAllMocks()
})

/** A KMS that can be cut off. */
function kms() {
  const state = { isDown: false, calls: 0, hangs: false }
  const signer: RemoteSigner = {
    alg: 'ES256',
    kid: 'kms-1',
    sign(data) {
      state.calls++
      if (state.hangs) return new Promise(() => undefined)
      if (state.isDown) throw new Error('the KMS is away')
      return signBytes('ES256', Buffer.from(data).toString(), keyPair('ES256').privateKey)
    },
  }
  const { publicJwk } = keyPair('ES256')
  return { state, signingKeys: [{ privateKey: signer, publicJwk: bare(publicJwk) }] }
}

function bare(jwk: object) {
  const { kty, crv, x, y } = jwk as Record<string, string>
  return { kty, crv, x, y } as Record<string, string>
}

it('signs where the private key is', async () => {
  const { signingKeys } = kms()
  const made = issuing({ signingKeys })
  const { body } = await exchange(serve(made.app))
  await expect(sessionsOf(made).verify(body.access_token)).resolves.toMatchObject({ projectId: 'shop' })
})

it('answers 503 while it is away, and uses up one token, not the second', async () => {
  const pass = monotonicClock()
  const { state, signingKeys } = kms()
  const { app, events } = issuing({ signingKeys })
  const server = serve(app)
  expect((await exchange(server)).status).toBe(200)
  state.isDown = true
  const [first, second] = [mint(), mint()]
  const refused = await exchange(server, first)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect(refused.body).toMatchObject({
    error: 'temporarily_unavailable',
    code: 'store_unavailable',
    retry: 'later',
  })
  expect((await exchange(server, second)).status).toBe(503)
  expect(events.at(-1)).toMatchObject({ type: 'session.failed', reason: 'signer_failed', projectId: 'shop' })
  expect(`urn:uuid:${String(events.at(-1)?.id)}`).toBe(refused.body.instance)

  state.isDown = false
  pass(1)
  expect((await exchange(server, second)).status).toBe(200)
  expect((await exchange(server, first)).body.code).toBe('token_replayed')
})

it('is probed once a second while it is away, however many ask', async () => {
  const pass = monotonicClock()
  const { state, signingKeys } = kms()
  const server = serve(issuing({ signingKeys }).app)
  state.isDown = true
  await exchange(server)
  const before = state.calls
  pass(1)
  const begun = performance.now()
  const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await exchange(server)).status))
  expect(new Set(statuses)).toEqual(new Set([503]))
  const seconds = (performance.now() - begun) / 1000
  expect(state.calls - before).toBeLessThanOrEqual(1 + Math.floor(seconds))
})

it('says at once that the public half is of another kind', () => {
  const { signingKeys } = kms()
  const [key] = signingKeys
  const { publicJwk } = keyPair('ES384')
  expect(() => issuing({ signingKeys: [{ ...key, publicJwk: bare(publicJwk) }] })).toThrow(/alg of publicJwk/)
})

it('never signs a session with a pair that does not fit', async () => {
  const { signingKeys } = kms()
  const [key] = signingKeys
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const other = bare(await crypto.subtle.exportKey('jwk', publicKey))
  const { issuer, app } = issuing({ signingKeys: [{ ...key, publicJwk: other }] })
  await expect(issuer.ready()).rejects.toMatchObject({
    code: 'store_unavailable',
    cause: expect.objectContaining({ message: expect.stringContaining('publicJwk') as unknown }) as unknown,
  })
  expect((await exchange(serve(app))).status).toBe(503)
})

it('is heard of at start-up when it is away', async () => {
  const { state, signingKeys } = kms()
  state.isDown = true
  await expect(issuing({ signingKeys }).issuer.ready()).rejects.toMatchObject({ code: 'store_unavailable' })
})
