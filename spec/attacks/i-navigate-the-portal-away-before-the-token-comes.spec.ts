import { expect, it } from '@jest/globals'
import { EventEmitter, once } from 'node:events'
import type { Frame, Page } from 'playwright-core'
import { openPortalIn, portalSite } from '../browser/portal/portal-origins.js'

const site = portalSite()

/** The shop's page with a portal that waits for its token, and what gives the token out. */
async function waiting(): Promise<{ page: Page; frame: Frame; release: () => unknown }> {
  const gate = new EventEmitter()
  site.held = once(gate, 'open')
  site.minted = 0
  const page = await site.open(site.origin.shop)
  const asked = page.waitForRequest((request) => request.url().endsWith('/token'))
  await openPortalIn(page, site)
  await asked
  const release = () => gate.emit('open')
  return { page, frame: page.frames()[1] as Frame, release }
}

it('I get nothing where the portal was, nor when I go on asking', async () => {
  const { page, frame, release } = await waiting()
  const nonce = await page.evaluate<string>(`new Promise((resolve) =>
    addEventListener('message', ({ data }) => resolve(data.nonce), { once: true }))`)
  await frame.goto(site.origin.evil)
  await frame.evaluate(`window.heard = []
    addEventListener('message', ({ data }) => heard.push(data))
    parent.postMessage({ type: 'reverse-jwt:hello', nonce: '${nonce}' }, '*')
    parent.postMessage({ type: 'reverse-jwt:hello', nonce: '${'f'.repeat(32)}' }, '*')`)
  const given = page.waitForResponse((response) => response.url().endsWith('/token'))
  release()
  await given
  // What the page says to the frame now comes after what it said before.
  await page.evaluate(`fetch('/').then(() => frames[0].postMessage('later', '*'))`)
  await frame.waitForFunction(`heard.includes('later')`)
  expect([await frame.evaluate('heard'), site.minted]).toEqual([['later'], 1])
})

it('the portal gets its token where it stays', async () => {
  const { page, release } = await waiting()
  release()
  await page.frameLocator('iframe').locator('output', { hasText: 'shop at' }).waitFor()
  expect(site.minted).toBe(1)
})
