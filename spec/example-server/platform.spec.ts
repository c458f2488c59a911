import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Express } from 'express'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import request from 'supertest'
import {
  createSigner,
  generateProjectKey,
  type ProjectKeyPair,
  type Signer,
} from '../../lib/customer/index.js'
import { MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { EventFeed } from '../../example-server/console/calls/event-feed.js'
import { frontPageRouter } from '../../example-server/console/front-page.js'
import { platformApp } from '../../example-server/platform.js'
import { expectAnswer, noOrigin } from '../helpers/refusals.js'
import { sessionSettings } from './session-settings.js'

const address = 'http://127.0.0.1:4000'
const customerOrigin = 'http://localhost:4001'

let pair: ProjectKeyPair
let signer: Signer
let sessions: Awaited<ReturnType<typeof sessionSettings>>
let app: Express

beforeAll(async () => {
  pair = await generateProjectKey()
  sessions = await sessionSettings(
    new MemoryKeyStore([
      {
        id: 'demo-shop',
        name: 'Demo Shop',
        allowedOrigins: [customerOrigin],
        scopes: ['portal:read', 'portal:write'],
        keys: [{ jwk: pair.publicJwk }],
      },
    ]),
  )
  signer = createSigner({ projectId: 'demo-shop', audience: address, privateKey: pair.privateKey })
})

beforeEach(() => {
  const replayStore = new MemoryReplayStore()
  app = platformApp({
    ...sessions,
    address,
    origins: Object.assign(new Set([customerOrigin]), { framing: new Set([customerOrigin]) }),
    replayStore,
    onEvent: () => undefined,
    onSessionEvent: () => undefined,
    pages: frontPageRouter(customerOrigin, new EventFeed()),
  })
})

describe.each(['/api/plain', '/api/passport'])('%s', (route) => {
  const call = (token: string) =>
    request(app).get(route).set('Origin', customerOrigin).auth(token, { type: 'bearer' })

  it('answers a good token once, with who calls and what it may do', async () => {
    const token = await signer.sign({ scope: 'portal:read admin' })
    const answer = await call(token)
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'access-control-allow-origin': customerOrigin,
      vary: 'Origin',
    })
    expect(answer.body).toEqual({
      route,
      project: { id: 'demo-shop', name: 'Demo Shop' },
      scopes: ['portal:read'],
      kid: pair.kid,
      process: process.pid,
      server_time: expect.any(Number),
    })

    const replay = await call(token)
    expectAnswer(replay, 'token_replayed')
    expect(replay.headers).toMatchObject({
      'access-control-allow-origin': customerOrigin,
      'access-control-expose-headers': 'WWW-Authenticate, Retry-After, DPoP-Nonce',
    })
  })

  it('refuses another origin, and none, and leaves the token good', async () => {
    const token = await signer.sign()
    expectAnswer(await call(token).set('Origin', 'https://evil.example'), 'origin_not_allowed')
    expectAnswer(
      await request(app).get(route).auth(token, { type: 'bearer' }),
      'origin_not_allowed',
      noOrigin,
    )
    expect((await call(token)).status).toBe(200)
  })

  it('refuses a request without a token', async () => {
    expectAnswer(await request(app).get(route).set('Origin', customerOrigin), 'credentials_missing')
  })

  const preflight = (origin: string) =>
    request(app)
      .options(route)
      .set('Origin', origin)
      .set('Access-Control-Request-Method', 'GET')
      .set('Access-Control-Request-Headers', 'authorization')

  it('allows no other origin in a preflight', async () => {
    const answer = await preflight('https://evil.example')
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    expect(answer.headers.vary).toContain('Origin')
  })

  it('answers a preflight with the one origin and the headers that it allows, once in two hours', async () => {
    const answer = await preflight(customerOrigin)
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': customerOrigin,
      'access-control-allow-headers': 'Authorization, Content-Type, DPoP',
      'access-control-max-age': '7200',
      vary: 'Origin',
    })
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
  })
})

describe('sessions', () => {
  const exchange = (assertion: string) =>
    request(app)
      .post('/oauth/token')
      .set('Origin', customerOrigin)
      .type('form')
      .send({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })

  it('are given for a token, which is used up by that', async () => {
    const token = await signer.sign()
    const answer = await exchange(token)
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBe(customerOrigin)
    expect(answer.body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'portal:read portal:write',
    })
    const call = request(app).get('/api/plain').set('Origin', customerOrigin)
    expectAnswer(await call.auth(token, { type: 'bearer' }), 'token_replayed')
  })

  it('can be verified by who knows the address alone, and ended by who holds one', async () => {
    const metadata = await request(app).get('/.well-known/oauth-authorization-server')
    expect(metadata.body).toMatchObject({
      issuer: address,
      token_endpoint: `${address}/oauth/token`,
      revocation_endpoint: `${address}/oauth/revoke`,
    })
    const keys = await request(app).get(new URL((metadata.body as { jwks_uri: string }).jwks_uri).pathname)
    expect((keys.body as { keys: object[] }).keys).toHaveLength(1)
    expect(keys.text).not.toContain('"d"')

    const { access_token: token } = (await exchange(await signer.sign())).body as { access_token: string }
    expect((await request(app).post('/oauth/revoke').type('form').send({ token })).status).toBe(200)
    const { revocations } = await sessions.revocations.list()
    expect(revocations).toHaveLength(1)
  })

  it('that have ended are listed for the services of the platform alone', async () => {
    const list = () => request(app).get('/internal/revocations')
    for (const secret of ['', 'guessed', `${sessions.servicesSecret}x`])
      expect((await list().auth(secret, { type: 'bearer' })).status).toBe(403)
    expect((await list()).status).toBe(403)
    const answer = await list()
      .set('Origin', customerOrigin)
      .auth(sessions.servicesSecret, { type: 'bearer' })
    expect([answer.status, Object.keys(answer.body as object)]).toEqual([
      200,
      ['generated_at', 'expires_in', 'revocations'],
    ])
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })
})

it('sends security headers with everything, whatever the answer', async () => {
  const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  // Express narrows the policy on error pages of its own.
  for (const path of [
    '/',
    '/page.css',
    '/theme.css',
    '/icon.svg',
    '/visible-text.js',
    '/api/plain',
    '/nothing',
  ]) {
    const answer = await request(app).get(path)
    expect(answer.headers).toMatchObject({
      'content-security-policy':
        answer.status < 400 || path.startsWith('/api') ? policy : "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin',
    })
    expect(answer.headers).not.toHaveProperty('x-powered-by')
  }
})

describe('the portal', () => {
  const ancestors = async (referer: string, path = '/portal') => {
    const answer = await request(app).get(path).set('Referer', referer)
    const policy = answer.headers['content-security-policy'] ?? ''
    return policy.split('; ').filter((directive) => directive.startsWith('frame-ancestors'))
  }

  it('can be framed by the page of a project that asks for it, and by no other', async () => {
    expect(await ancestors(`${customerOrigin}/`)).toEqual([`frame-ancestors ${customerOrigin}`])
    expect(await ancestors('http://evil.example/')).toEqual(["frame-ancestors 'none'"])
  })

  it('is the only page that can be framed', async () => {
    for (const path of ['/', '/page.css', '/api/plain'])
      expect(await ancestors(`${customerOrigin}/`, path)).toEqual(["frame-ancestors 'none'"])
  })

  it('calls the orders service, keeps the page that opened it, and is not kept itself', async () => {
    for (const path of ['/portal', '/portal/']) {
      const answer = await request(app).get(path).set('Referer', `${customerOrigin}/`)
      expect(answer.text).toContain(`data-orders="${sessions.ordersAddress}"`)
      expect(answer.headers).toMatchObject({
        'content-security-policy': `default-src 'self'; connect-src 'self' ${sessions.ordersAddress}; base-uri 'none'; form-action 'none'; frame-ancestors ${customerOrigin}`,
        'cross-origin-opener-policy': 'unsafe-none',
        'cache-control': 'no-store',
      })
    }
  })

  it.each(['/portal/portal.js', '/portal/portal.css', '/reverse-jwt/index.js'])('loads %s', async (path) => {
    expect((await request(app).get(path)).status).toBe(200)
  })
})

it('tells nobody where it broke', async () => {
  const log = jest.spyOn(console, 'error')
  // Express writes its log after the answer.
  const logged = new Promise<void>((resolve) => {
    log.mockImplementation(() => {
      resolve()
    })
  })
  try {
    app.get('/broken', () => {
      throw new Error('out of order')
    })
    const answer = await request(app).get('/broken')
    expect(answer.status).toBe(500)
    expect(answer.text).toContain('Internal Server Error')
    expect(answer.text).not.toMatch(/out of order|example-server|node_modules/)
    await logged
  } finally {
    log.mockRestore()
  }
})

it('is called by its page without cache: no-store, with which Chromium sends a preflight before every call', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../example-server/page/page.js'), 'utf8')
  expect(page).toContain('fetch(`${platform}${route}`')
  expect(page).not.toMatch(/cache:/)
})
