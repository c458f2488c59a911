import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core'
import { launchChromium } from './chromium.js'
import { revokeTheKey } from './demo-key.js'
import { DemoProcess } from '../helpers/demo-process.js'

jest.setTimeout(60_000)

let browser: Browser
let demo: DemoProcess
let platform: string
let customer: string
let context: BrowserContext
let page: Page
/** The address of each request, of popups too. */
const addresses: string[] = []
let complaints: string[]

beforeAll(async () => {
  browser = await launchChromium()
  demo = await DemoProcess.overEmptyDatabase({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0' })
  ;({ platform, customer } = await demo.started())
  context = await browser.newContext()
  context.on('request', (request) => addresses.push(request.url()))
  context.on('console', (message) => complaints.push(message.text()))
  context.on('weberror', (error) => complaints.push(error.error().message))
})

// Undefined when beforeAll failed before it got there.
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  await (demo as DemoProcess | undefined)?.kill()
})

/** Opens Demo Shop. All pages are of one browser's user, so files are loaded once. */
async function openShop(): Promise<void> {
  complaints = []
  page = await context.newPage()
  await page.goto(customer)
}

type Portal = Page | Frame

const byName = (name: string) => page.getByRole('button', { name })
const pageSays = (text: string | RegExp, mood = '') =>
  page.locator(`#portal-status${mood}`, { hasText: text }).waitFor({ timeout: 10_000 })
const says = (portal: Portal, text: string | RegExp) =>
  portal.locator('[role=status]', { hasText: text }).waitFor({ timeout: 10_000 })
const app = (portal: Portal, name: string) => portal.getByRole('switch', { name })
const caller = (portal: Portal) => portal.locator('#caller dd').allTextContents()

async function inFrame(): Promise<Frame> {
  await byName('Open it in a frame').click()
  const frame = await (await page.waitForSelector('#portal-frame')).contentFrame()
  if (frame === null) throw new Error('There is no frame')
  return frame
}

async function inPopup(): Promise<Page> {
  const opening = page.waitForEvent('popup')
  await byName('Open it in a popup').click()
  return opening
}

/** What a script of the page could find. In a frame of another site it may not even look. */
const kept = `(() => {
  try { return document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage) }
  catch (error) { if (error.name === 'SecurityError') return ''; throw error }
})()`

const places: [string, () => Promise<Portal>][] = [
  ['a frame', inFrame],
  ['a popup', inPopup],
]

const narrow = { width: 360, height: 740 }
const sideways = 'document.documentElement.scrollWidth - innerWidth'

describe.each(places)('in %s', (_place, open) => {
  let portal: Portal

  beforeAll(async () => {
    await openShop()
    portal = await open()
  })
  afterAll(() => page.close())

  it('shows who opened it', async () => {
    await says(portal, /^You are connected/)
    expect(await caller(portal)).toEqual(['Demo Shop', customer])
    await pageSays(/so far: 1\.$/, '[data-mood=good]')
    expect(await app(portal, 'Accounting').isChecked()).toBe(false)
  })

  it('keeps what was chosen when it is reloaded, with another token', async () => {
    await app(portal, 'Accounting').click()
    await says(portal, 'Accounting gets the orders now.')
    await portal.evaluate('location.reload()')
    await pageSays(/so far: 2\.$/)
    await says(portal, /^You are connected/)
    expect(await app(portal, 'Accounting').isChecked()).toBe(true)
    expect(await app(portal, 'Newsletter').isChecked()).toBe(false)
  })

  it('is used by keyboard', async () => {
    await app(portal, 'Accounting').press('Space')
    await says(portal, 'Accounting gets no orders any more.')
    expect(await app(portal, 'Accounting').isChecked()).toBe(false)
    // Where whoever works by keyboard goes on.
    expect(await app(portal, 'Accounting').and(portal.locator(':focus-visible')).count()).toBe(1)
  })

  it('leaves no token in an address, storage, a cookie, a page or the log', async () => {
    expect(addresses.filter((address) => address.includes('eyJ'))).toEqual([])
    expect([await page.evaluate(kept), await portal.evaluate(kept)]).toEqual(['', ''])
    expect(JSON.stringify(await context.cookies())).not.toContain('eyJ')
    expect((await page.content()) + (await portal.content())).not.toContain('eyJ')
    expect(demo.stdout + demo.stderr).not.toContain('eyJ')
    expect(complaints).toEqual([])
  })

  it('never scrolls sideways at 360 pixels', async () => {
    for (const one of 'setViewportSize' in portal ? [page, portal] : [page]) await one.setViewportSize(narrow)
    expect([await portal.evaluate(sideways), await page.evaluate(sideways)]).toEqual([0, 0])
  })

  it('is closed by the page, which then gives no token', async () => {
    await byName('Close it').click()
    await pageSays('The portal is closed, and gets no token any more.')
    expect(await byName('Close it').isDisabled()).toBe(true)
    expect(await page.isVisible('#portal-frame')).toBe(false)
    if ('isClosed' in portal) expect(portal.isClosed()).toBe(true)
    else await portal.waitForURL('about:blank')
  })
})

it('says that a popup was closed by its own button, and gives no token any more', async () => {
  await openShop()
  const popup = await inPopup()
  await says(popup, /^You are connected/)
  await popup.close()
  await pageSays('The window was closed, so the portal gets no token any more.')
  expect(await byName('Close it').isDisabled()).toBe(true)
  expect(await page.isVisible('#portal-seen')).toBe(false)
  await page.close()
})

describe('who may not come in', () => {
  let portal: Frame

  beforeAll(openShop)
  afterAll(() => page.close())

  it('reads what it is, when it is opened directly', async () => {
    const direct = await context.newPage()
    await direct.goto(`${platform}/portal`)
    await says(direct, /^No page has opened this one/)
    expect(await direct.getByRole('switch').count()).toBe(0)
    expect(await direct.getByRole('link').getAttribute('href')).toBe('/')
    await direct.close()
  })

  it('reads on both pages that nobody is signed in, and tries again', async () => {
    await context.clearCookies()
    portal = await inFrame()
    await says(portal, /^You are not signed in .* \(no_session\)$/)
    await pageSays('Demo Shop gave no token. Reload the page, and try again. (no_session)')
    expect(await portal.isVisible('#apps')).toBe(false)
    await context.request.get(customer)
    await portal.getByRole('button', { name: 'Try again' }).click()
    await says(portal, /^You are connected/)
    expect(await portal.isVisible('#apps')).toBe(true)
  })

  // The last of those who call: after that nobody can.
  it('reads that the key was revoked, within seconds, and sees nothing any more', async () => {
    await revokeTheKey(demo)
    const end = Date.now() + 20_000
    while ((await portal.isVisible('#apps')) && Date.now() < end) {
      // Not by a pointer, for it may be gone by then.
      await app(portal, 'Warehouse').dispatchEvent('click')
      await portal.waitForSelector('[aria-busy=false]')
    }
    await says(portal, /^The key of this project is not good .* \(token_not_verified\)$/)
    expect(await portal.isVisible('#caller')).toBe(false)
    // The page does not say of a portal that shows nothing that all is well.
    await pageSays(/got one\. The platform has refused it: token_not_verified\.$/, '[data-mood=refused]')
  })

  it('reads that the browser has blocked the popup', async () => {
    await page.evaluate('window.open = () => null')
    await byName('Open it in a popup').click()
    await pageSays(/^The browser has blocked the popup.* \(portal_blocked\)$/)
    expect(await byName('Close it').isDisabled()).toBe(true)
  })
})
