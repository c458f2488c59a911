import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from './chromium.js'
import { revokeTheKey } from './demo-key.js'
import { DemoProcess } from '../helpers/demo-process.js'

jest.setTimeout(60_000)

let browser: Browser
let demo: DemoProcess
let platform: string
let customer: string
let orders: string
let page: Page
/** `POST http://localhost:4001/token` of each request that the page made. */
let sent: string[]
let complaints: string[]

beforeAll(async () => {
  browser = await launchChromium()
  demo = await DemoProcess.overEmptyDatabase({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0' })
  ;({ platform, customer, orders } = await demo.started())
})

// Undefined when beforeAll failed before it got there.
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  await (demo as DemoProcess | undefined)?.kill()
})

afterEach(() => page.close())

beforeEach(async () => {
  sent = []
  complaints = []
  page = await browser.newPage()
  page.on('request', (request) => sent.push(`${request.method()} ${request.url()}`))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
})

const fiveCalls = () => page.getByRole('button', { name: 'Make five calls in one session' })
const keepCalling = () => page.getByRole('button', { name: 'Keep calling' })
const shown = (mood: string) => page.waitForSelector(`#calls[data-mood=${mood}]`, { timeout: 10_000 })
const counts = async () =>
  Promise.all(['tokens', 'sessions', 'calls'].map((what) => page.textContent(`#count-${what}`)))

const secondsLeft = async () => parseInt((await page.textContent('#session-left-text')) ?? '', 10)

it('makes many calls of another service with one token, and shows what that one knows of the caller', async () => {
  await page.clock.install()
  await page.goto(customer)
  await fiveCalls().click()
  await shown('good')
  expect(await counts()).toEqual(['1', '1', '5'])
  const claims = JSON.parse((await page.textContent('#session-claims')) ?? '') as { iat: number; exp: number }
  expect(claims).toMatchObject({
    iss: platform,
    client_id: 'demo-shop',
    scope: 'portal:read',
    origin: customer,
  })
  expect(JSON.parse((await page.textContent('#session-body')) ?? '')).toMatchObject({
    project: 'demo-shop',
    session_ends: claims.exp,
  })
  expect(await page.textContent('#session-answered')).toMatch(/^at \d/)
  const left = await secondsLeft()
  expect(left).toBeLessThanOrEqual(600)
  await page.clock.fastForward(60_000)
  expect(await secondsLeft()).toBeLessThanOrEqual(left - 60)

  await fiveCalls().click()
  await page.locator('#count-calls', { hasText: /^10$/ }).waitFor()
  expect(await counts()).toEqual(['1', '1', '10'])
  expect(new Set(sent.filter((request) => !request.startsWith(`GET ${customer}`)))).toEqual(
    new Set([`POST ${customer}/token`, `POST ${platform}/oauth/token`, `GET ${orders}/orders`]),
  )
  expect(await page.content()).not.toContain('eyJ')
  expect(complaints).toEqual([])
})

it('shows that the service refuses the session within seconds after the key was revoked', async () => {
  await page.goto(customer)
  await keepCalling().click()
  await shown('good')
  expect(await keepCalling().getAttribute('aria-pressed')).toBe('true')
  expect(complaints).toEqual([])

  await revokeTheKey(demo)
  const revokedAt = performance.now()
  await page.getByText('401 session_revoked', { exact: true }).waitFor({ timeout: 10_000 })
  process.stdout.write(`refused ${Math.round(performance.now() - revokedAt)} ms after the revocation\n`)

  await shown('refused')
  expect(await page.textContent('#calls')).toBe(
    'The orders service answers 401 session_revoked, because the platform has ended the session. For a new token the platform gives no session: token_not_verified.',
  )
  expect(await keepCalling().getAttribute('aria-pressed')).toBe('false')
  expect(await page.isVisible('#session-left')).toBe(false)
  // It was good before.
  expect(await page.textContent('#session-answered')).toMatch(/^last at \d/)
  for (const part of ['body', 'claims'])
    expect(await page.textContent(`#session-${part}`)).toBe('Nothing any more: the session has ended.')

  await fiveCalls().click()
  await page.getByText(/^For a new token the platform gives no session/).waitFor()
  expect(demo.stdout + demo.stderr).not.toContain('eyJ')
})
