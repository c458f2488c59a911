import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Frame, Page } from 'playwright-core'
import { addFrame, openPortalIn, portalSite } from '../browser/portal/portal-origins.js'

/** A session of mine in the portal of another: what they connect there would be connected to me. */
const site = portalSite()
const mine = 'my.own.token'
let page: Page
let portal: Frame
/** The question that the portal asks, as if I had overheard it. */
let nonce: string
let release: () => void

beforeEach(async () => {
  site.held = new Promise<void>((resolve) => (release = resolve))
  page = await site.open(site.origin.shop)
  const asked = page.evaluate<string>(`new Promise((resolve) =>
    addEventListener('message', ({ data }) => resolve(data.nonce), { once: true }))`)
  await openPortalIn(page, site)
  nonce = await asked
  portal = page.frames()[1] as Frame
  await portal.evaluate(
    `window.heard = []; addEventListener('message', ({ data }) => heard.push(data.token))`,
  )
})

const answer = (what: string) => `{ type: 'reverse-jwt:token', nonce: '${what}', token: '${mine}' }`

/** My message has come, and the portal still waits for the right one. */
async function expectIgnored(times: number): Promise<void> {
  await portal.waitForFunction(`heard.length === ${times}`)
  expect(await portal.evaluate('heard')).toEqual(Array(times).fill(mine))
  expect(await portal.locator('output').textContent()).toBe('')
  release()
  await portal.locator('output', { hasText: `shop at ${site.origin.shop}` }).waitFor()
}

describe('the portal takes no token', () => {
  it('from a frame of mine beside it, though I know the question', async () => {
    const beside = await addFrame(page, site.origin.evil)
    await beside.evaluate(`parent.frames[0].postMessage(${answer(nonce)}, '*')`)
    await expectIgnored(1)
  })

  it('from itself', async () => {
    await portal.evaluate(`postMessage(${answer(nonce)}, '*')`)
    await expectIgnored(1)
  })

  it('from the page around it, for a question that it did not ask', async () => {
    await page.evaluate(`for (const nonce of ['', undefined, '${'f'.repeat(32)}'])
      frames[0].postMessage({ ...${answer('')}, nonce }, '*')`)
    await expectIgnored(3)
  })
})

it('in a popup I take the place of the page that opened it, and still get no session of mine into it', async () => {
  release()
  page = await site.open(site.origin.shop)
  const opened = page.waitForEvent('popup')
  await openPortalIn(page, site, { place: 'popup' })
  const popup = await opened
  await popup.locator('output', { hasText: `shop at ${site.origin.shop}` }).waitFor()
  site.verdicts.length = 0
  const left = page.waitForURL(`${site.origin.evil}/**`)
  // As a link does: what a test navigates by itself has no opener any more.
  await page.evaluate(`location.href = '${site.origin.evil}'`)
  await left
  await page.evaluate(`addEventListener('message', ({ source, data: { nonce } }) => {
    source.postMessage({ type: 'reverse-jwt:token', nonce, token: '${mine}' }, '*')
  })`)
  const renewed = `import('/reverse-jwt/index.js').then(({ receiveToken }) => receiveToken()).then(
    ({ embedder }) => embedder, ({ code }) => code)`
  expect(await popup.evaluate(renewed)).toBe('embedder_changed')
  expect(site.verdicts).toEqual([])
  await popup.close()
})
