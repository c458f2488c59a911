import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Express } from 'express'
import request, { type Response } from 'supertest'
import {
  createSigner,
  generateProjectKey,
  type ProjectKeyPair,
  type Signer,
} from '../../lib/customer/index.js'
import { MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { ordersApp } from '../../example-server/orders.js'
import { platformApp } from '../../example-server/platform.js'
import { addressOf } from '../browser/client.js'
import { openServer } from '../helpers/server.js'
import { until } from '../helpers/until.js'
import { sessionSettings } from './session-settings.js'

const serve = openServer()
const customerOrigin = 'http://localhost:4001'
const scopes = ['portal:read', 'portal:write']

let pair: ProjectKeyPair
let settings: Awaited<ReturnType<typeof sessionSettings>>
let platformAddress: string
let signer: Signer
let app: Express

beforeAll(async () => {
  pair = await generateProjectKey()
  platformAddress = addressOf(serve((_req, res) => res.end()))
  signer = createSigner({ projectId: 'demo-shop', audience: platformAddress, privateKey: pair.privateKey })
})

beforeEach(async () => {
  const project = { id: 'demo-shop', name: 'Demo Shop', allowedOrigins: [customerOrigin], scopes }
  settings = await sessionSettings(new MemoryKeyStore([{ ...project, keys: [{ jwk: pair.publicJwk }] }]))
  const platform = platformApp({
    ...settings,
    address: platformAddress,
    origins: Object.assign(new Set([customerOrigin]), { framing: new Set([customerOrigin]) }),
    replayStore: new MemoryReplayStore(),
    onEvent: () => undefined,
    onSessionEvent: () => undefined,
    pages: (_req, _res, next) => {
      next()
    },
  })
  serve(platform)
  app = ordersApp({ platformAddress, servicesSecret: settings.servicesSecret })
})

const exchange = (
  assertion: string,
  { origin = customerOrigin, ...form }: { origin?: string; embedder?: string } = {},
) =>
  request(platformAddress)
    .post('/oauth/token')
    .set('Origin', origin)
    .type('form')
    .send({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion, ...form })

async function sessionFor(scope = 'portal:read'): Promise<string> {
  const answer = await exchange(await signer.sign({ scope }))
  expect(answer.status).toBe(200)
  expect(answer.headers['access-control-allow-origin']).toBe(customerOrigin)
  return (answer.body as { access_token: string }).access_token
}

const refusal = ({ status, body }: Response) => [status, (body as { code: string }).code]

const call = (session: string, server = app) =>
  request(server).get('/orders').set('Origin', customerOrigin).auth(session, { type: 'bearer' })

it('answers many calls in one session with what the session says, and never with its text', async () => {
  const session = await sessionFor()
  for (let count = 0; count < 3; count++) {
    const answer = await call(session)
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'access-control-allow-origin': customerOrigin,
    })
    const { claims } = answer.body as { claims: { exp: number } }
    expect(answer.body).toMatchObject({
      project: 'demo-shop',
      scopes: ['portal:read'],
      session_ends: claims.exp,
      claims: { iss: platformAddress, origin: customerOrigin, proj_kid: pair.kid },
    })
    expect(answer.text).not.toContain('eyJ')
  }
})

describe('which apps get the orders', () => {
  /** What the portal has, in a frame or a popup of the customer's page. */
  async function portalSession(scope = 'portal:read portal:write'): Promise<string> {
    const exchanged = await exchange(await signer.sign({ scope, origin: customerOrigin }), {
      origin: platformAddress,
      embedder: customerOrigin,
    })
    expect(exchanged.status).toBe(200)
    return (exchanged.body as { access_token: string }).access_token
  }
  const inPortal = (method: 'get' | 'put' | 'delete', path: string, session: string) =>
    request(app)[method](path).set('Origin', platformAddress).auth(session, { type: 'bearer' })
  const connected = ({ body }: Response) =>
    (body as { apps: { id: string; connected: boolean }[] }).apps.flatMap((one) =>
      one.connected ? [one.id] : [],
    )

  it('is told to the portal, with who opened it, and kept as it says', async () => {
    const session = await portalSession()
    const before = await inPortal('get', '/apps', session)
    expect(before.body).toMatchObject({
      project: { id: 'demo-shop', name: 'Demo Shop' },
      embedder: customerOrigin,
    })
    expect(connected(before)).toEqual([])
    for (const id of ['warehouse', 'accounting', 'warehouse']) {
      const put = await inPortal('put', `/apps/${id}`, session)
      expect(put.body).toMatchObject({ id, connected: true })
    }
    expect(connected(await inPortal('get', '/apps', session))).toEqual(['accounting', 'warehouse'])
    const removed = await inPortal('delete', '/apps/warehouse', session)
    expect(removed.body).toMatchObject({ id: 'warehouse', connected: false })
    expect(connected(await inPortal('get', '/apps', await portalSession()))).toEqual(['accounting'])
  })

  it('is changed by no session that is for reading, and not for the page around the portal', async () => {
    const reading = await portalSession('portal:read')
    expect((await inPortal('get', '/apps', reading)).status).toBe(200)
    expect(refusal(await inPortal('put', '/apps/warehouse', reading))).toEqual([403, 'scope_insufficient'])
    const outside = inPortal('get', '/apps', await portalSession()).set('Origin', customerOrigin)
    expect(refusal(await outside)).toEqual([403, 'origin_not_allowed'])
    expect((await inPortal('put', '/apps/toString', await portalSession())).status).toBe(404)
  })
})

it('takes no project token, and leaves it good for the platform', async () => {
  const token = await signer.sign({ scope: 'portal:read' })
  expect(refusal(await call(token))).toEqual([401, 'token_type_not_allowed'])
  expect((await exchange(token)).status).toBe(200)
  expect(refusal(await exchange(token))).toEqual([400, 'token_replayed'])
})

it('refuses a call without a session, from another page, from no page, and for more than the session is for', async () => {
  const none = await request(app).get('/orders').set('Origin', customerOrigin)
  expect(refusal(none)).toEqual([401, 'credentials_missing'])
  const session = await sessionFor()
  const foreign = await call(session).set('Origin', 'http://evil.example')
  expect(refusal(foreign)).toEqual([403, 'origin_not_allowed'])
  const outside = await request(app).get('/orders').auth(session, { type: 'bearer' })
  expect(refusal(outside)).toEqual([403, 'origin_not_allowed'])
  const writing = await call(await sessionFor('portal:write'))
  expect(refusal(writing)).toEqual([403, 'scope_insufficient'])
  expect((await call(session)).status).toBe(200)
})

it('refuses a session that the platform has ended', async () => {
  const session = await sessionFor()
  expect((await call(session)).status).toBe(200)
  await settings.revocations.revoke({ projectId: 'demo-shop' })
  await until('the orders service knows', async () => (await call(session)).status !== 200)
  const refused = await call(session)
  expect([refused.status, refused.body]).toMatchObject([
    401,
    { code: 'session_revoked', retry: 'fresh-token' },
  ])
})

it('takes no session when it may not know which have ended', async () => {
  const stranger = ordersApp({ platformAddress, servicesSecret: 'guessed' })
  const answer = await call(await sessionFor(), stranger)
  expect(refusal(answer)).toEqual([503, 'store_unavailable'])
})

it('lets a page of any customer ask, and shows no page', async () => {
  const preflight = await request(app)
    .options('/orders')
    .set({ Origin: 'https://any.example', 'Access-Control-Request-Method': 'GET' })
  expect(preflight.status).toBe(204)
  expect(preflight.headers['access-control-allow-origin']).toBe('https://any.example')
  expect(preflight.headers).not.toHaveProperty('access-control-allow-credentials')
  expect(preflight.headers['content-security-policy']).toBe(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(preflight.headers).not.toHaveProperty('x-powered-by')
})
