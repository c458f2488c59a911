import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { corsFor, problemDetails, projectOf, reverseJwt } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'
import { launchChromium } from './chromium.js'

jest.setTimeout(60_000)

const serve = openServer()
const origins = new Set<string>()
/** What came over the wire: `OPTIONS /portal`. */
const came: string[] = []
let port: number
let browser: Browser
let page: Page

const originOf = (site: string) => `http://${site}.localhost:${port}`

beforeAll(async () => {
  const app = express()
  app.get('/', (_req, res) => {
    res.send('<!doctype html><title>page</title>')
  })
  app.use((req, _res, next) => {
    if (req.path !== '/favicon.ico') came.push(`${req.method} ${req.path}`)
    next()
  })
  app.use(corsFor(origins))
  app.get('/busy', (_req, res) => {
    res.status(429).set('Retry-After', '7').json({})
  })
  const server = serve(app)
  port = (server.address() as AddressInfo).port
  origins.add(originOf('shop'))
  const project = shop(['ES256'], { allowedOrigins: [originOf('shop')] })
  app.all('/portal', reverseJwt(platform({}, [project]).options), (req, res) => {
    res.json({ project: projectOf(req).id })
  })
  app.use(problemDetails())
  browser = await launchChromium()
})
afterAll(() => (browser as Browser | undefined)?.close())

beforeEach(async () => {
  await (page as Page | undefined)?.close()
  // With no cache of its own, preflights included, from a test before.
  page = await (await browser.newContext()).newPage()
})

const open = async (site: string) => {
  await page.goto(`${originOf(site)}/`)
  came.length = 0
}

/** What a page can read of the platform's answer. */
function call(path: string, { token = 'none', method = 'GET' } = {}): Promise<unknown> {
  const headers = { Authorization: `Bearer ${token}` }
  const script = `fetch(${JSON.stringify(originOf('platform') + path)}, ${JSON.stringify({ method, headers })}).then(
    async (answer) => ({
      status: answer.status,
      body: await answer.json(),
      challenge: answer.headers.get('WWW-Authenticate'),
      retryAfter: answer.headers.get('Retry-After'),
    }),
    (error) => String(error),
  )`
  return page.evaluate(script)
}

const unreadable = 'TypeError: Failed to fetch'

describe('in Chromium', () => {
  it('a page of a known origin reads a refusal, with its challenge', async () => {
    await open('shop')
    expect(await call('/portal')).toMatchObject({
      status: 401,
      body: { code: 'token_malformed', retry: 'no' },
      challenge: expect.stringContaining('error="invalid_token"'),
    })
    expect(await call('/busy')).toMatchObject({ status: 429, retryAfter: '7' })
  })

  it('a page of another origin reads nothing, and its call with a token is not sent', async () => {
    await open('evil')
    const token = mint()
    expect(await call('/portal', { token })).toBe(unreadable)
    expect(await call('/busy')).toBe(unreadable)
    expect(came).toEqual(['OPTIONS /portal', 'OPTIONS /busy'])
    await open('shop')
    expect(await call('/portal', { token })).toMatchObject({ status: 200, body: { project: 'shop' } })
  })

  it('a sandboxed frame, whose origin is null, reads nothing', async () => {
    await open('shop')
    const code = `fetch('${originOf('platform')}/busy').then(() => 'read', (e) => String(e)).then((text) => parent.postMessage(text, '*'))`
    const frame = `<script>${code}</script>`
    const said = await page.evaluate(`new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(data))
      const frame = document.createElement('iframe')
      frame.sandbox = 'allow-scripts'
      frame.srcdoc = ${JSON.stringify(frame).replaceAll('</', '<\\/')}
      document.body.append(frame)
    })`)
    expect(said).toBe(unreadable)
    expect(came).toEqual(['GET /busy'])
  })

  it('five calls make one preflight', async () => {
    await open('shop')
    for (let times = 0; times < 5; times++)
      expect(await call('/portal', { token: mint(), method: 'PUT' })).toMatchObject({ status: 200 })
    expect(came).toEqual(['OPTIONS /portal', ...Array<string>(5).fill('PUT /portal')])
  })
})
