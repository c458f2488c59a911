import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Express, RequestHandler } from 'express'
import { once } from 'node:events'
import request from 'supertest'
import { MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { generateProjectKey, type ProjectKeyPair } from '../../lib/customer/index.js'
import { customerApp } from '../../example-server/customer.js'
import { platformApp } from '../../example-server/platform.js'
import '../helpers/longer-time-limit.js'
import { sessionSettings } from './session-settings.js'

const address = 'http://localhost:4001'
const platformAddress = 'http://127.0.0.1:4000'
const ordersAddress = 'http://127.0.0.1:4002'

let pair: ProjectKeyPair
let app: Express

beforeAll(async () => {
  pair = await generateProjectKey()
  app = customerApp({ address, platformAddress, ordersAddress, privateKey: pair.privateKey })
})

/** What the page's client sends. */
const ask = (server: Parameters<typeof request>[0] = app) =>
  request(server).post('/token').set({ Origin: address, 'Content-Type': 'application/json' }).send('{}')

const openPage = (server: Parameters<typeof request>[0] = app) =>
  request(server).get('/').set('Host', 'localhost:4001')

async function session(): Promise<string> {
  return cookieOf(await openPage())
}

function cookieOf({ headers }: { headers: Record<string, unknown> }): string {
  const [cookie = ''] = headers['set-cookie'] as string[]
  return cookie.split(';')[0] ?? ''
}

it('gives a token that the platform accepts to a visitor with a session', async () => {
  const answer = await ask().set('Cookie', await session())
  expect(answer.status).toBe(200)
  expect(answer.headers['cache-control']).toBe('no-store')
  const { token } = answer.body as { token: string }
  expect(answer.body).toEqual({ token: expect.stringMatching(/^eyJ/) })

  const platform = platformApp({
    ...(await sessionSettings(new MemoryKeyStore([{ id: 'demo-shop', keys: [{ jwk: pair.publicJwk }] }]))),
    address: platformAddress,
    origins: { has: () => true, framing: new Set() },
    replayStore: new MemoryReplayStore(),
    onEvent: () => undefined,
    onSessionEvent: () => undefined,
    pages: (_req, _res, next) => {
      next()
    },
  })
  const call = await request(platform)
    .get('/api/plain')
    .set('Origin', address)
    .auth(token, { type: 'bearer' })
  expect(call.status).toBe(200)
  expect(call.body).toMatchObject({ project: { id: 'demo-shop' }, kid: pair.kid })
})

it.each([undefined, 'demo_shop_session=', 'demo_shop_session=AAAAAAAAAAAAAAAAAAAAAA', 'other=1'])(
  'gives no token without a session (cookie %j)',
  async (cookie) => {
    const asking = ask()
    const answer = await (cookie === undefined ? asking : asking.set('Cookie', cookie))
    expect(answer.status).toBe(401)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.body).toMatchObject({ code: 'no_session', retry: 'no' })
  },
)

it.each([
  undefined,
  'null',
  'https://evil.example',
  platformAddress,
  'http://localhost:4002',
  'https://localhost:4001',
  'http://LOCALHOST:4001',
  'http://localhost:4001/',
  'http://localhost:4001.evil.example',
])('gives no token to the origin %j, even with a session', async (origin) => {
  const asking = ask().set('Cookie', await session())
  const answer = await (origin === undefined ? asking.unset('Origin') : asking.set('Origin', origin))
  expect(answer.status).toBe(403)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  expect(answer.body).toMatchObject({ code: 'foreign_origin' })
})

it('gives no token to a GET, which a link could send', async () => {
  const answer = await request(app)
    .get('/token')
    .set('Origin', address)
    .set('Cookie', await session())
  expect(answer.status).toBe(404)
})

it('opens a session that scripts and other sites cannot use', async () => {
  const answer = await openPage()
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^demo_shop_session=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict$/),
  ])
  const again = await openPage().set('Cookie', cookieOf(answer))
  expect(again.headers).not.toHaveProperty('set-cookie')
})

it('keeps hold of the popup that it opens, and of no page that opens it', async () => {
  const { headers } = await openPage()
  expect(headers['cross-origin-opener-policy']).toBe('same-origin-allow-popups')
})

it('forgets the oldest session when there are too many', async () => {
  const settings = { address, platformAddress, ordersAddress, privateKey: pair.privateKey }
  const server = customerApp(settings).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const first = cookieOf(await openPage(server))
    const second = cookieOf(await openPage(server))
    for (let more = 0; more < 999; more++) await openPage(server)
    expect((await ask(server).set('Cookie', first)).status).toBe(401)
    expect((await ask(server).set('Cookie', second)).status).toBe(200)
  } finally {
    server.close()
  }
})

it('sends a visitor who came by another name to the origin that the platform knows', async () => {
  const answer = await request(app).get('/').set('Host', '127.0.0.1:4001')
  expect(answer.status).toBe(302)
  expect(answer.headers.location).toBe(address)
  expect(answer.headers).not.toHaveProperty('set-cookie')
})

it('sends security headers with everything, and the private key with nothing', async () => {
  const secret = pair.privateKey.split('\n')[1] ?? ''
  expect(secret.length).toBeGreaterThan(40)
  const policy =
    "default-src 'self'; connect-src 'self' http://127.0.0.1:4000 http://127.0.0.1:4002; frame-src http://127.0.0.1:4000; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  // Express narrows the policy on error pages of its own.
  for (const path of [
    '/',
    '/page.js',
    '/portal.js',
    '/reverse-jwt/index.js',
    '/reverse-jwt/client.js',
    '/reverse-jwt/../customer/index.js',
    '/story/display.js',
    '/visible-text.js',
    '/page.css',
    '/theme.css',
    '/story/demo.css',
    '/icon.svg',
    '/nothing',
    '/..%2fstart.ts',
  ]) {
    const answer = await request(app).get(path).set('Host', 'localhost:4001').responseType('blob')
    expect(answer.headers).toMatchObject({
      'content-security-policy': answer.status < 400 ? policy : "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin',
    })
    expect(answer.headers).not.toHaveProperty('x-powered-by')
    expect((answer.body as Buffer).toString()).not.toContain(secret)
  }
})

describe('what only the demo shows', () => {
  const story: RequestHandler = (_req, res) => res.json({ shown: true })
  const shown = () =>
    customerApp({
      address,
      platformAddress,
      ordersAddress,
      privateKey: pair.privateKey,
      story,
      frames: ['http://127.0.0.1:4003'],
    })

  it('is shown to visitors alone', async () => {
    const server = shown()
    expect((await request(server).get('/story/seen')).status).toBe(401)
    const cookie = cookieOf(await openPage(server))
    expect((await request(server).get('/story/seen').set('Cookie', cookie)).body).toEqual({ shown: true })
  })

  it('may be in a frame', async () => {
    const { headers } = await openPage(shown())
    expect(headers['content-security-policy']).toContain(
      'frame-src http://127.0.0.1:4000 http://127.0.0.1:4003;',
    )
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
