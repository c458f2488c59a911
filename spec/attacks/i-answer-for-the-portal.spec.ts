import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Frame, Page } from 'playwright-core'
import { addFrame, openPortalIn, portalSite } from '../browser/portal/portal-origins.js'

const site = portalSite()
const hello = `{ type: 'reverse-jwt:hello', nonce: '${'e'.repeat(32)}' }`
let page: Page

beforeEach(async () => {
  page = await site.open(site.origin.shop)
  await openPortalIn(page, site)
  await page.frameLocator('iframe').locator('output', { hasText: 'shop at' }).waitFor()
  site.minted = 0
})

/** Keeps each message that comes to a window of mine. */
const listen = (mine: Frame | Page) =>
  mine.evaluate(`window.heard = []; addEventListener('message', ({ data }) => heard.push(data))`)
const heard = (mine: Frame | Page) => mine.evaluate<unknown[]>('heard')
/** Until whatever was sent has come, and a token would have been made. */
const settled = () => page.evaluate(`fetch('/').then(() => undefined)`)

/** The portal still gets an answer, and it alone. */
async function expectHonestOnly(): Promise<void> {
  await settled()
  expect(site.minted).toBe(0)
  await (page.frames()[1] as Frame).evaluate(`parent.postMessage(${hello}, '*')`)
  for (let tries = 0; site.minted === 0 && tries < 50; tries++) await settled()
  expect(site.minted).toBe(1)
}

describe('I ask for a token', () => {
  it('from a frame of mine beside the portal', async () => {
    const mine = await addFrame(page, site.origin.evil)
    await listen(mine)
    await mine.evaluate(`parent.postMessage(${hello}, '*')`)
    await settled()
    expect(await heard(mine)).toEqual([])
    await expectHonestOnly()
  })

  it('as the one who opened your page', async () => {
    page = await site.open(site.origin.evil)
    const opened = page.waitForEvent('popup')
    await page.evaluate(`document.onclick = () => { window.shop = open('${site.origin.shop}') }`)
    await page.mouse.click(5, 5)
    const mine = page
    page = await opened
    await openPortalIn(page, site)
    await page.frameLocator('iframe').locator('output', { hasText: 'shop at' }).waitFor()
    site.minted = 0
    await listen(mine)
    await mine.evaluate(`shop.postMessage(${hello}, '*')`)
    await settled()
    expect(await heard(mine)).toEqual([])
    await expectHonestOnly()
    await page.close()
  })

  it('from a frame with the right origin that you did not open', async () => {
    const other = await addFrame(page, `${site.origin.platform}/portal/apps`, `{ referrerPolicy: 'origin' }`)
    await listen(other)
    await other.evaluate(`parent.postMessage(${hello}, '*')`)
    await settled()
    expect(await heard(other)).toEqual([])
    await expectHonestOnly()
  })

  it('from a frame of mine within the portal', async () => {
    await (page.frames()[1] as Frame).evaluate(`document.body.append(document.createElement('iframe')); 0`)
    const within = (page.frames()[1] as Frame).childFrames()[0] as Frame
    await listen(within)
    await within.evaluate(`top.postMessage(${hello}, '*')`)
    await settled()
    expect(await heard(within)).toEqual([])
    await expectHonestOnly()
  })

  it('in your own window', async () => {
    await page.evaluate(`postMessage(${hello}, '*')`)
    await expectHonestOnly()
  })
})
