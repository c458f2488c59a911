import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { problemDetails, reverseJwt } from '../../lib/index.js'
import { launchChromium } from '../browser/chromium.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'
import { TcpProxy } from '../helpers/tcp-proxy.js'
import { pageFiles } from './page-with-client.js'

jest.setTimeout(60_000)

/** What ran, in its order. */
const ran: string[] = []
const serve = openServer()
const app = express()
app.use(pageFiles())
app.get('/', (_req, res) => {
  res.send('<!doctype html><title>shop</title>')
})
app.all('/orders', reverseJwt(platform().options), (req, res) => {
  ran.push(req.method)
  res.json({ number: ran.length })
})
/** Runs, and then answers as a server does that has waited for too long. */
app.all('/late-orders', reverseJwt(platform().options), (req, res) => {
  ran.push(req.method)
  res
    .status(ran.length === 1 ? 200 : 408)
    .set('Connection', ran.length === 1 ? 'keep-alive' : 'close')
    .end()
})
app.use(problemDetails())

/** A page that does what `retry` says, once. */
const obedientPage = `
  globalThis.call = async (method) => {
    const send = async () => fetch('/orders', { method, headers: { authorization: 'Bearer ' + (await newToken()) } })
    const answer = await send()
    if (answer.ok) return answer.status
    const { code, retry } = await answer.json()
    const again = retry === 'fresh-token' || (retry === 'if-idempotent' && method === 'GET')
    return again ? (await send()).status : code + ', ' + retry
  }`

/** A page with the client of this package. */
const pageWithClient = `
  globalThis.callByClient = async (method, path) => {
    const { createProjectClient, problemOf } = await import('/reverse-jwt/index.js')
    globalThis.client ??= createProjectClient({ platform: location.origin, getToken: () => newToken() })
    const answer = await client.fetch(path, { method })
    const problem = await problemOf(answer)
    return problem === undefined ? answer.status : problem.code
  }`

let browser: Browser
let proxy: TcpProxy
let page: Page
const call = (method: string) => page.evaluate(`call('${method}')`)
const callByClient = (method: string, path = '/orders') =>
  page.evaluate(`callByClient('${method}', '${path}')`)

beforeAll(async () => {
  browser = await launchChromium()
  const { port } = serve(app).address() as AddressInfo
  proxy = await TcpProxy.start(port)
})
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  await (proxy as TcpProxy | undefined)?.close()
})
beforeEach(async () => {
  ran.length = 0
  await (page as Page | undefined)?.close()
  page = await browser.newPage()
  await page.exposeFunction('newToken', () => mint())
  await page.goto(`http://127.0.0.1:${proxy.port}/`)
  await page.evaluate(obedientPage)
  await page.evaluate(pageWithClient)
})

it('lets the honest page order once for each call', async () => {
  expect([await call('POST'), await call('POST')]).toEqual([200, 200])
  expect(ran).toEqual(['POST', 'POST'])
})

it('runs an order once when the connection ends before its answer, and the browser sends it again', async () => {
  // Chromium repeats only what it sent over a connection that it had used before.
  expect(await call('POST')).toBe(200)
  const lost = proxy.loseReplyTo((bytes) => bytes.includes('POST /orders'))
  const seen = call('POST')
  await lost
  expect(await seen).toBe('token_replayed, if-idempotent')
  expect(ran).toEqual(['POST', 'POST'])
})

it('answers a page that reads, with a new token', async () => {
  expect(await call('GET')).toBe(200)
  const lost = proxy.loseReplyTo((bytes) => bytes.includes('GET /orders'))
  const seen = call('GET')
  await lost
  expect(await seen).toBe(200)
  expect(ran).toEqual(['GET', 'GET', 'GET'])
})

describe('with the client of this package', () => {
  it('orders once for each call of the honest page', async () => {
    expect([await callByClient('POST'), await callByClient('POST')]).toEqual([200, 200])
    expect(ran).toEqual(['POST', 'POST'])
  })

  it.each(['POST', 'PATCH'])('runs a %s once when its answer is lost, and tells the page', async (method) => {
    expect(await callByClient(method)).toBe(200)
    const lost = proxy.loseReplyTo((bytes) => bytes.includes(`${method} /orders`))
    const seen = callByClient(method)
    await lost
    expect(await seen).toBe('token_replayed')
    expect(ran).toEqual([method, method])
  })

  it('runs an order once when the server says 408 after it has run, and the browser sends it again', async () => {
    expect(await callByClient('POST', '/late-orders')).toBe(200)
    expect(await callByClient('POST', '/late-orders')).toBe('token_replayed')
    expect(ran).toEqual(['POST', 'POST'])
  })

  it('reads again, with a new token', async () => {
    expect(await callByClient('GET')).toBe(200)
    const lost = proxy.loseReplyTo((bytes) => bytes.includes('GET /orders'))
    const seen = callByClient('GET')
    await lost
    expect(await seen).toBe(200)
  })
})
