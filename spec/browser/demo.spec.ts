import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { launchChromium } from './chromium.js'
import { DemoProcess } from '../helpers/demo-process.js'

jest.setTimeout(60_000)

let browser: Browser
let demo: DemoProcess
let platform: string
let customer: string

let context: BrowserContext
let page: Page
/** What the page complained about, and every request that it made. */
let complaints: string[]
let requests: Request[]

beforeAll(async () => {
  browser = await launchChromium()
  demo = await DemoProcess.overEmptyDatabase({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0' })
  ;({ platform, customer } = await demo.started())
  // All pages are of one browser's user, so files are loaded once.
  context = await browser.newContext()
})

// Undefined when beforeAll failed before it got there.
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  await (demo as DemoProcess | undefined)?.kill()
})

beforeEach(async () => {
  complaints = []
  requests = []
  page = await context.newPage()
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => requests.push(request))
})

afterEach(async () => {
  await page.close()
})

const getButton = () => page.getByRole('button', { name: 'Get a token' })
const callButton = () => page.getByRole('button', { name: 'Call the platform' })
const againButton = () => page.getByRole('button', { name: 'Send the same token again' })
const statusText = (step = 'call') => page.textContent(`#${step}-status`)
const trouble = (step: string) => page.waitForSelector(`#${step}-status[data-mood=trouble]`)
const networkMessage = 'Failed to load resource: the server responded with a status of 401 (Unauthorized)'

async function open(): Promise<void> {
  await page.goto(customer)
}

async function callPlatform(): Promise<void> {
  await callButton().click()
  await page.waitForSelector('#first .pill')
}

async function sendAgain(): Promise<void> {
  await againButton().click()
  await page.waitForSelector('#second .pill')
}

async function tabTo(selector: string): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(`document.activeElement.matches('${selector}')`)) return
  }
  throw new Error(`No Tab gets to ${selector}`)
}

async function jsonIn(selector: string): Promise<Record<string, unknown>> {
  return JSON.parse((await page.textContent(selector)) ?? '') as Record<string, unknown>
}

describe.each([
  ['/api/plain', 'Express middleware'],
  ['/api/passport', 'Passport strategy'],
])('through %s', (route, label) => {
  it('shows the project that the token speaks for, and that the same token is refused', async () => {
    await open()
    await page.getByRole('radio', { name: label }).check()
    expect(await againButton().isDisabled()).toBe(true)

    await callPlatform()
    expect(await page.textContent('#first .pill')).toBe('200 OK')
    const header = await jsonIn('#header')
    const claims = await jsonIn('#claims')
    expect(await jsonIn('#first .body')).toEqual({
      route,
      project: { id: 'demo-shop', name: 'Demo Shop' },
      scopes: ['portal:read'],
      kid: header.kid,
      process: expect.any(Number),
      server_time: expect.any(Number),
    })
    expect(claims).toMatchObject({ proj_id: 'demo-shop', aud: platform, origin: customer })
    expect(await statusText()).toBe('200: The platform knows that Demo Shop is calling.')
    expect(complaints).toEqual([])

    await sendAgain()
    expect(await page.textContent('#second .pill')).toBe('401 Unauthorized')
    expect(await jsonIn('#second .body')).toMatchObject({
      status: 401,
      code: 'token_replayed',
      error: 'invalid_token',
      retry: 'if-idempotent',
    })
    expect(await page.textContent('#second .challenge')).toBe(
      'Bearer realm="reverse-jwt", error="invalid_token", error_description="The token has been used before, so a first copy of this request may have run. Sign a new token for each call."',
    )
    expect(await statusText('again')).toMatch(/^As it should be: refused with token_replayed/)
    expect(complaints).toEqual([networkMessage])
  })
})

it('refuses at one route the token that was used at the other', async () => {
  await open()
  await callPlatform()
  await page.getByRole('radio', { name: 'Passport strategy' }).check()
  await sendAgain()
  expect(await jsonIn('#second .body')).toMatchObject({ status: 401, code: 'token_replayed' })
})

it('keeps the token out of addresses, cookies, storage and logs', async () => {
  await open()
  await callPlatform()
  await sendAgain()
  const token = (await page.textContent('.compact'))?.replace(/\s/g, '') ?? ''
  expect(token).toMatch(/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{86}$/)

  const toPlatform = requests.filter((request) => request.url().startsWith(platform))
  expect(toPlatform.map((request) => request.url())).toEqual([
    `${platform}/api/plain`,
    `${platform}/api/plain`,
  ])
  for (const request of toPlatform) {
    const headers = await request.allHeaders()
    expect(headers).toMatchObject({ authorization: `Bearer ${token}`, origin: customer })
    expect(headers).not.toHaveProperty('cookie')
  }
  for (const request of requests) expect(request.url()).not.toContain('eyJ')
  expect(page.url()).toBe(`${customer}/`)
  const kept = await page.evaluate('[localStorage.length, sessionStorage.length, document.cookie]')
  expect(kept).toEqual([0, 0, ''])
  expect(JSON.stringify(await page.context().cookies())).not.toContain('eyJ')

  const { stdout, stderr } = demo
  expect(stdout).toContain('"code":"token_replayed"')
  expect(stdout + stderr).not.toContain('eyJ')
})

it('loads nothing from anywhere else', async () => {
  await open()
  await callPlatform()
  const origins = new Set(requests.map((request) => new URL(request.url()).origin))
  expect([...origins].sort()).toEqual([customer, platform].sort())
})

it("lets the customer's page call the platform, and no page of another origin", async () => {
  const foreign = createServer((_req, res) => {
    res.setHeader('Content-Type', 'text/html')
    res.end('<!doctype html><title>elsewhere</title>')
  }).listen(0, '127.0.0.1')
  await once(foreign, 'listening')
  const elsewhere = await browser.newPage()
  try {
    await open()
    const token = await page.evaluate<string>(
      "fetch('/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((response) => response.json()).then(({ token }) => token)",
    )
    const call = `fetch('${platform}/api/plain', { headers: { authorization: 'Bearer ${token}' } })
      .then((response) => response.status, (error) => error.name)`

    await elsewhere.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}`)
    expect(await elsewhere.evaluate(call)).toBe('TypeError')
    expect(await page.evaluate(call)).toBe(200)
  } finally {
    await elsewhere.close()
    foreign.closeAllConnections()
    foreign.close()
  }
})

it('locks the buttons while it waits, and gives the focus back', async () => {
  await open()
  let answer = (): void => undefined
  const released = new Promise<void>((resolve) => (answer = resolve))
  await page.route(`${customer}/token`, async (route) => {
    await released
    await route.continue()
  })

  await callButton().focus()
  await page.keyboard.press('Enter')
  await page.waitForFunction("document.body.ariaBusy === 'true'")
  expect(await callButton().isDisabled()).toBe(true)
  expect(await againButton().isDisabled()).toBe(true)
  expect(await getButton().isDisabled()).toBe(true)
  expect(await statusText('get')).toBe('Asking Demo Shop for a token …')

  answer()
  await page.waitForSelector('#first .pill')
  await page.waitForFunction("document.activeElement.id === 'call'")
  expect(await callButton().isEnabled()).toBe(true)
  expect(await againButton().isEnabled()).toBe(true)
})

it('works by keyboard alone', async () => {
  await open()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#get-status[data-mood=good]')
  await page.waitForFunction("document.activeElement.id === 'get'")
  await tabTo('input[value="/api/plain"]')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.waitForSelector('#first .pill')
  expect(await jsonIn('#first .body')).toMatchObject({ route: '/api/passport' })
  await page.waitForFunction("document.activeElement.id === 'call'")
  await tabTo('#again')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#second .pill')
  expect(await page.textContent('#second .pill')).toBe('401 Unauthorized')
})

it('says so kindly when the platform cannot be reached, and works again afterwards', async () => {
  await open()
  await page.route(`${platform}/**`, (route) => route.abort())
  await callButton().click()
  await trouble('call')
  expect(await statusText()).toMatch(/^The platform cannot be reached.*npm start/)
  expect(await callButton().isEnabled()).toBe(true)

  await page.unroute(`${platform}/**`)
  await callPlatform()
  expect(await page.textContent('#first .pill')).toBe('200 OK')
})

it("says so kindly when the customer's backend cannot be reached", async () => {
  await open()
  await page.route(`${customer}/token`, (route) => route.abort())
  await callButton().click()
  await trouble('call')
  expect(await statusText()).toMatch(/^Demo Shop's backend cannot be reached/)
  expect(await statusText('get')).toBe(await statusText())
  expect(await callButton().isEnabled()).toBe(true)
  expect(await againButton().isDisabled()).toBe(true)
})

it('shows no token to a visitor whose session is gone', async () => {
  await open()
  await page.context().clearCookies()
  await callButton().click()
  await trouble('call')
  expect(await statusText()).toBe(
    'Demo Shop gave no token (401). You have no session at Demo Shop. Reload the page.',
  )
  expect(requests.filter((request) => request.url().startsWith(platform))).toEqual([])

  await open()
  await callPlatform()
  expect(await page.textContent('#first .pill')).toBe('200 OK')
})

it.each([320, 1440])('never scrolls sideways at %d pixels', async (width) => {
  await page.setViewportSize({ width, height: 800 })
  await open()
  await callPlatform()
  await sendAgain()
  const sideways = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
  expect(sideways).toBeLessThanOrEqual(0)
})
