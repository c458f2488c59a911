import { beforeEach, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { openPortalIn, portalSite } from '../browser/portal/portal-origins.js'
import { mint, type Override } from '../helpers/mint.js'
import { rivalKeys } from '../helpers/platform.js'

const site = portalSite()
let page: Page
beforeEach(() => {
  site.verdicts.length = 0
})

const nowSeconds = () => Math.floor(Date.now() / 1000)
const stolen = (claims: object, override: Override = {}) =>
  mint({
    ...override,
    claims: { jti: crypto.randomUUID(), iat: nowSeconds(), exp: nowSeconds() + 60, ...claims },
  })

/** A popup of a page, which answers the portal in it with a token. */
async function answeredIn(address: string, token: string): Promise<Page> {
  page = await site.open(address)
  await page.evaluate(`document.onclick = () => { window.popup = open('${site.origin.platform}/portal', '_blank', 'popup') }
    addEventListener('message', ({ source, data: { nonce } }) => {
      source.postMessage({ type: 'reverse-jwt:token', nonce, token: '${token}' }, '*')
    })`)
  const opened = page.waitForEvent('popup')
  await page.mouse.click(5, 5)
  return opened
}

it.each<[string, () => string]>([
  ['the token of any page', () => stolen({})],
  ["the token of your customer's page", () => stolen({ origin: site.origin.shop })],
  ['a token for my page', () => stolen({ origin: site.origin.evil })],
  [
    'a token of a project that lists no pages',
    () =>
      stolen(
        { proj_id: 'rival', iss: 'rival', sub: 'rival' },
        { privateKey: rivalKeys.privateKey, header: { kid: 'key-rival' } },
      ),
  ],
])('%s gives me no session', async (_, token) => {
  const popup = await answeredIn(site.origin.evil, token())
  await popup.locator('output', { hasText: 'session_refused' }).waitFor()
  expect(await popup.textContent('output')).toBe('session_refused origin_not_allowed')
  expect(site.verdicts).toEqual(['origin_not_allowed'])
  await popup.close()
})

it('and it is not used up by that: it still works at home', async () => {
  const token = stolen({ origin: site.origin.shop })
  await (
    await answeredIn(site.origin.evil, token)
  )
    .locator('output', { hasText: 'origin_not_allowed' })
    .waitFor()
  const popup = await answeredIn(site.origin.shop, token)
  await popup.locator('output', { hasText: `shop at ${site.origin.shop}` }).waitFor()
  await popup.close()
})

it('the honest page opens it', async () => {
  page = await site.open(site.origin.shop)
  await openPortalIn(page, site)
  await page.frameLocator('iframe').locator('output', { hasText: 'shop at' }).waitFor()
})
