import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { corsFor } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { openServer } from '../helpers/server.js'
import { launchChromium } from './chromium.js'

jest.setTimeout(60_000)

const serve = openServer()
const lib = fileURLToPath(new URL('../../lib', import.meta.url))
const origins = new Set<string>()
const session = 'a.session.of-the-platform'
/** What came to the platform over the wire: `OPTIONS /orders`. */
const came: string[] = []
let port: number
let browser: Browser

const originOf = (site: string) => `http://${site}.localhost:${port}`

beforeAll(async () => {
  const app = express()
  app.use('/lib', express.static(lib))
  app.get('/', (_req, res) => {
    res.send('<!doctype html><title>page</title><link rel="icon" href="data:,">')
  })
  app.post('/token', (_req, res) => {
    res.json({ token: mint() })
  })
  app.use((req, _res, next) => {
    came.push(`${req.method} ${req.url}`)
    next()
  })
  app.use(corsFor(origins))
  app.post('/oauth/token', (_req, res) => {
    res.json({ access_token: session, token_type: 'Bearer', expires_in: 600 })
  })
  app.all('/orders', (req, res) => {
    res.sendStatus(req.headers.authorization === `Bearer ${session}` ? 200 : 400)
  })
  port = (serve(app).address() as AddressInfo).port
  origins.add(originOf('shop'))
  browser = await launchChromium()
})
afterAll(() => (browser as Browser | undefined)?.close())

describe('in Chromium', () => {
  it('a session costs no preflight, and lies in no storage, no cookie and no address', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(originOf('shop'))
    const found = await page.evaluate(`(async () => {
      const { createProjectClient } = await import('/lib/browser/index.js')
      const client = createProjectClient({ platform: '${originOf('platform')}', tokenUrl: '/token', session: true })
      const first = await client.fetch('/orders', { method: 'POST', body: 'order' })
      const second = await client.fetch('/orders')
      return {
        answers: [first.status, second.status],
        storage: { ...localStorage, ...sessionStorage },
        databases: await indexedDB.databases(),
        caches: await caches.keys(),
        cookie: document.cookie,
        names: Object.values(window).concat(Object.values(client)).filter((value) => String(value).includes('.session.')),
        address: location.href,
      }
    })()`)
    expect(found).toEqual({
      answers: [200, 200],
      storage: {},
      databases: [],
      caches: [],
      cookie: '',
      names: [],
      address: `${originOf('shop')}/`,
    })
    expect(came).toEqual(['POST /oauth/token', 'OPTIONS /orders', 'POST /orders', 'GET /orders'])
  })
})
