import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Frame, FrameLocator, Page } from 'playwright-core'
import { openPortalIn, portalSite } from './portal-origins.js'

const site = portalSite()
let page: Page
beforeEach(() => {
  site.minted = 0
  site.verdicts.length = 0
  site.addresses.length = 0
  site.isLoggedIn = true
})

const openShop = async (headers: Record<string, string> = {}) => {
  const text = new URLSearchParams(headers)
    .toString()
    .replaceAll('PLATFORM', encodeURIComponent(site.origin.platform))
  page = await site.open(`${site.origin.shop}/?${text}`)
}
const frame = () => page.frames()[1] as Frame
const framed = () => page.frameLocator('iframe')
const said = (where: Pick<Page, 'locator'> | FrameLocator, text: string) =>
  where.locator('output', { hasText: text }).waitFor({ timeout: 20_000 })
const welcome = () => `shop at ${site.origin.shop}`
const errors = () => page.evaluate<string[]>('errors')
const hasError = (code: string) => page.waitForFunction(`errors.includes('${code}')`)

async function popupOf(opening: Promise<void>): Promise<Page> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), opening])
  return popup
}

describe('in a frame the portal knows the project and the page', () => {
  it.each([
    ['that sends no headers', {}],
    ['that tells nobody where it is', { 'referrer-policy': 'no-referrer' }],
    [
      "with helmet's defaults, and the platform in two directives",
      {
        'content-security-policy': `default-src 'self'; connect-src 'self' PLATFORM; frame-src PLATFORM; script-src 'self' 'unsafe-eval'`,
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'origin-agent-cluster': '?1',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'SAMEORIGIN',
      },
    ],
  ])('%s', async (_, headers) => {
    await openShop(headers)
    await openPortalIn(page, site)
    await said(framed(), welcome())
    expect([site.minted, site.verdicts, await errors()]).toEqual([1, ['accepted'], []])
  })

  it('again after a reload, by a new token, and the old one is nowhere', async () => {
    await openShop()
    await openPortalIn(page, site)
    await said(framed(), welcome())
    const kept = `[document.cookie, window.name, location.href]`
    expect(await frame().evaluate(kept)).toEqual(['', '', `${site.origin.platform}/portal`])
    const loaded = page.waitForEvent('framenavigated')
    await frame().evaluate('location.reload()')
    await loaded
    await said(framed(), welcome())
    expect([site.minted, site.verdicts]).toEqual([2, ['accepted', 'accepted']])
    expect(site.addresses.filter((text) => /eyJ|[?#]/.test(text))).toEqual([])
  })

  it('where the browser keeps no cookies and no storage of frames', async () => {
    await openShop()
    await openPortalIn(page, site)
    await said(framed(), welcome())
    const kept = `document.cookie = 'framed=1; SameSite=None; Secure'; document.cookie`
    expect(await frame().evaluate(kept)).toBe('')
    await expect(frame().evaluate('localStorage')).rejects.toThrow('Access is denied')
  })

  it('once for two openings, of which the first was closed at once', async () => {
    await openShop()
    await openPortalIn(page, site)
    await page.evaluate('portal.close()')
    await openPortalIn(page, site)
    await said(framed(), welcome())
    expect(site.verdicts).toEqual(['accepted'])
  })
})

describe('in a popup the portal knows the project and the page', () => {
  it.each([
    ['that sends no headers', {}],
    [
      "with helmet's defaults but one",
      { 'cross-origin-opener-policy': 'same-origin-allow-popups', 'referrer-policy': 'no-referrer' },
    ],
  ])('%s', async (_, headers) => {
    await openShop(headers)
    const popup = await popupOf(openPortalIn(page, site, { place: 'popup' }))
    await said(popup, welcome())
    await popup.reload()
    await said(popup, welcome())
    expect([site.minted, site.verdicts, await errors()]).toEqual([2, ['accepted', 'accepted'], []])
    await Promise.all([popup.waitForEvent('close'), page.evaluate('portal.close()')])
  })
})

describe('what keeps the portal away is told in time', () => {
  it.each([
    [
      'a page whose policy names no frame',
      { 'content-security-policy': `default-src 'self' 'unsafe-eval'; connect-src *` },
      '/portal',
    ],
    ['an address that may not be framed', {}, '/portal.js'],
    ['an address where there is nothing', {}, '/none'],
  ])('%s: portal_silent', async (_, headers, url) => {
    await openShop(headers)
    await openPortalIn(page, site, { url, options: '{ timeoutMs: 700 }' })
    await hasError('portal_silent')
    expect([site.minted, await errors()]).toEqual([0, ['portal_silent']])
  })

  it('a sandbox without an origin: portal_silent, and the page still has its token', async () => {
    await openShop()
    await page.evaluate(`document.querySelector('iframe').sandbox = 'allow-scripts'`)
    await openPortalIn(page, site, { options: '{ timeoutMs: 700 }' })
    await hasError('portal_silent')
    expect(site.minted).toBe(0)
  })

  it('a popup that a policy cuts off: portal_silent here, and there', async () => {
    await openShop({ 'cross-origin-opener-policy': 'same-origin' })
    const popup = await popupOf(openPortalIn(page, site, { place: 'popup', options: '{ timeoutMs: 700 }' }))
    await said(popup, 'portal_silent')
    await hasError('portal_silent')
    await popup.close()
  })

  it('a popup without a click: portal_blocked', async () => {
    await openShop()
    await page.evaluate(`window.open = () => null`)
    await openPortalIn(page, site, { place: 'popup' })
    await hasError('portal_blocked')
  })

  it('a visitor who has logged out: token_refused here, and no_session there', async () => {
    site.isLoggedIn = false
    await openShop()
    await openPortalIn(page, site)
    await said(framed(), 'token_refused no_session')
    expect(await errors()).toEqual(['token_refused'])
  })

  it('a portal that nobody has opened: portal_silent there', async () => {
    page = await site.open(`${site.origin.platform}/portal`)
    await said(page, 'portal_silent')
  })
})
