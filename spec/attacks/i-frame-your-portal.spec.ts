import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Frame, Page } from 'playwright-core'
import { addFrame, openPortalIn, portalSite } from '../browser/portal/portal-origins.js'

const site = portalSite()
const portal = () => `${site.origin.platform}/portal`
let page: Page

/** Whether the browser shows the page of the platform there, and not a page of its own that says why it does not. */
const isShown = async (frame: Frame) => {
  await frame.waitForLoadState()
  return frame.evaluate<boolean>(`document.title === 'page' && location.pathname.startsWith('/portal')`)
}

describe.each(['no-referrer', 'strict-origin-when-cross-origin'])('where the platform says %s', (policy) => {
  beforeEach(async () => {
    site.referrerPolicy = policy
    page = await site.open(site.origin.evil)
  })

  const go = () => `${site.origin.platform}/go?to=`
  it.each<{ readonly how: string; readonly address: () => string; readonly attributes?: string }>([
    { how: 'as it is', address: portal },
    { how: 'and name myself', address: portal, attributes: `{ referrerPolicy: 'unsafe-url' }` },
    { how: 'and say nothing of me', address: portal, attributes: `{ referrerPolicy: 'no-referrer' }` },
    { how: 'in a sandbox', address: portal, attributes: `{ sandbox: 'allow-scripts allow-forms' }` },
    { how: 'by a redirect of yours', address: () => `${go()}/portal` },
    { how: 'by two of them', address: () => `${go()}${encodeURIComponent(`${go()}/portal/apps`)}` },
  ])('I do not see it in a frame $how', async ({ address, attributes }) => {
    expect(await isShown(await addFrame(page, address(), attributes))).toBe(false)
  })

  it('nor when I lead a frame of mine there, or load it again', async () => {
    const frame = await addFrame(page, site.origin.evil)
    for (const step of [
      `frames[0].location = '${portal()}'`,
      `frames[0].location.replace('${portal()}')`,
      `document.querySelector('iframe').src += ''`,
    ]) {
      const loaded = page.evaluate(
        `new Promise((resolve) => { document.querySelector('iframe').onload = resolve })`,
      )
      await page.evaluate(step)
      await loaded
      expect(await isShown(frame)).toBe(false)
    }
  })

  it('nor around the page of your customer', async () => {
    const shop = await addFrame(page, site.origin.shop)
    await shop.evaluate(`import('/reverse-jwt/index.js').then(({ createProjectClient, openPortal }) => {
      const client = createProjectClient({ platform: '${site.origin.platform}', tokenUrl: '/token' })
      return new Promise((resolve) => {
        const frame = document.querySelector('iframe')
        frame.onload = resolve
        openPortal(client, frame, '/portal')
      })
    })`)
    const [within] = shop.childFrames()
    expect(await isShown(within as Frame)).toBe(false)
  })

  it('your customer does: at first, after a reload, by a link and by a form', async () => {
    await page.goto(site.origin.shop)
    await openPortalIn(page, site)
    const frame = page.frames()[1] as Frame
    await page.frameLocator('iframe').locator('output', { hasText: 'shop at' }).waitFor()
    for (const step of [`location.reload()`, `document.querySelector('a').click()`, `location.reload()`]) {
      const loaded = page.waitForEvent('framenavigated')
      await frame.evaluate(step)
      await loaded
      expect(await isShown(frame)).toBe(true)
    }
    await page.evaluate('portal.close()')
    // The frame shows its last page until then.
    const opened = page.waitForEvent('framenavigated')
    await openPortalIn(page, site)
    await opened
    const form = page.frameLocator('iframe').getByRole('button', { name: 'Send' })
    await form.click()
    await page.frameLocator('iframe').getByRole('heading', { name: 'Apps' }).waitFor()
  })
})
