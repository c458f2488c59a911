import { beforeEach, describe, expect, it } from '@jest/globals'
import express from 'express'
import type { Page } from 'playwright-core'
import { createSigner, tokenEndpoint, type TokenEndpointEvent } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { until } from '../helpers/until.js'
import { emptyPages, threeOrigins } from './three-origins.js'

const signer = createSigner({ projectId: 'shop', audience, privateKey: keyPair('ES256').privateKey })

/** What became of each request for a token, whichever page made it. */
const events: TokenEndpointEvent[] = []
beforeEach(() => {
  events.length = 0
})

const site = threeOrigins({
  shop: ({ shop }) => {
    const app = express()
    // Whoever asks is let in, as by a cookie that goes everywhere: the check of the page stands alone.
    const options = {
      signer,
      authorize: () => ({ subject: 'anyone' }),
      onEvent: (event: TokenEndpointEvent) => events.push(event),
    }
    app.use('/token', tokenEndpoint(options))
    app.use('/listed', tokenEndpoint({ ...options, origins: [shop] }))
    return emptyPages(app)
  },
  evil: ({ shop }) => {
    const app = express()
    app.all('/redirect', (_req, res) => {
      res.redirect(307, `${shop}/token`)
    })
    return emptyPages(app)
  },
})

const outcomes = () => events.map((event) => (event.type === 'refused' ? event.code : event.type))

/** What a page gets of an answer: its token, or why it sees none. */
const read = `async (promise) => promise.then((answer) => answer.text(), (error) => error.name)`
const seen = (page: Page, request: string) => page.evaluate<string>(`(${read})(${request})`)
const fetchJson = (address: string, init = '') =>
  `fetch('${address}', { method: 'POST', credentials: 'include', body: '{}', headers: { 'content-type': 'application/json' }, ${init} })`

/** Posts a form, and waits until the answer is shown in the place of the page. */
async function submit(page: Page, attributes: string, address: string): Promise<string> {
  await page.setContent(
    `<form method="post" action="${address}" ${attributes}><input name='{"scope":"a' value='"}'></form>`,
  )
  const answered = page.waitForResponse((answer) => answer.url().endsWith('/token'))
  await page.evaluate('document.forms[0].submit()')
  return (await answered).text()
}

it('gives the honest page a token', async () => {
  const page = await site.open(site.origin.shop)
  expect(await seen(page, fetchJson('/token'))).toMatch(/^\{"token":"eyJ/)
  expect(await seen(page, fetchJson('/listed'))).toMatch(/^\{"token":"eyJ/)
  expect(outcomes()).toEqual(['minted', 'minted'])
})

describe('gives no token to', () => {
  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data'])(
    'a form as %s',
    async (type) => {
      const answer = await submit(
        await site.open(site.origin.evil),
        `enctype="${type}"`,
        `${site.origin.shop}/token`,
      )
      expect(answer).toContain('"code":"foreign_origin"')
      expect(outcomes()).toEqual(['foreign_origin'])
    },
  )

  it('a form that comes by a redirect of mine', async () => {
    const answer = await submit(await site.open(site.origin.evil), '', '/redirect')
    expect(answer).toContain('"code":"foreign_origin"')
    expect(outcomes()).toEqual(['foreign_origin'])
  })

  it.each<[why: string, request: (shop: string) => string, outcomes: string[]]>([
    [
      'a fetch with JSON, whose preflight is refused',
      (shop) => fetchJson(`${shop}/token`),
      ['method_not_allowed'],
    ],
    [
      'a fetch with JSON, which comes by a redirect of mine',
      () => fetchJson('/redirect'),
      ['method_not_allowed'],
    ],
    [
      'a fetch with text',
      (shop) => `fetch('${shop}/token', { method: 'POST', body: '{}', credentials: 'include' })`,
      ['foreign_origin'],
    ],
    [
      'a fetch with no-cors',
      (shop) =>
        `fetch('${shop}/token', { method: 'POST', mode: 'no-cors', body: '{}', credentials: 'include' })`,
      ['foreign_origin'],
    ],
    [
      'a fetch with no-cors, which comes by a redirect of mine',
      () => `fetch('/redirect', { method: 'POST', mode: 'no-cors', body: '{}' })`,
      ['foreign_origin'],
    ],
  ])('%s', async (_, request, expected) => {
    const page = await site.open(site.origin.evil)
    // Cross-Origin-Resource-Policy refuses even the opaque answer.
    expect(await seen(page, request(site.origin.shop))).toBe('TypeError')
    expect(outcomes()).toEqual(expected)
  })

  it.each<[why: string, body: string, expected: string]>([
    ['text', `'{}'`, 'foreign_origin'],
    [
      'JSON, whose preflight is refused',
      `new Blob(['{}'], { type: 'application/json' })`,
      'method_not_allowed',
    ],
  ])('a beacon with %s', async (_, body, expected) => {
    const page = await site.open(site.origin.evil)
    await page.evaluate(`navigator.sendBeacon('${site.origin.shop}/token', ${body})`)
    await until('the beacon arrived', () => events.length > 0)
    expect(outcomes()).toEqual([expected])
  })

  it('a script element', async () => {
    const page = await site.open(site.origin.evil)
    const loaded = `new Promise((resolve) => { const s = document.createElement('script'); s.onload = s.onerror = (e) => resolve(e.type); s.src = '${site.origin.shop}/token'; document.head.append(s) })`
    expect(await page.evaluate(loaded)).toBe('error')
    expect(outcomes()).toEqual(['method_not_allowed'])
  })

  it('a sandboxed frame, even in the honest page', async () => {
    const page = await site.open(site.origin.shop)
    const answer = `new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(data))
      const frame = document.createElement('iframe')
      frame.sandbox = 'allow-scripts'
      frame.srcdoc = \`<script>(${read})(fetch('${site.origin.shop}/token', { method: 'POST', body: '{}' })).then((text) => parent.postMessage(text, '*'))</scr\` + 'ipt>'
      document.body.append(frame)
    })`
    expect(await page.evaluate(answer)).toBe('TypeError')
    expect(outcomes()).toEqual(['foreign_origin'])
  })

  it('a sibling subdomain, whose cookies are the same', async () => {
    const page = await site.open(site.as('evil', 'blog.shop.localhost'))
    expect(
      await seen(
        page,
        `fetch('${site.origin.shop}/token', { method: 'POST', mode: 'no-cors', body: '{}', credentials: 'include' })`,
      ),
    ).toBe('TypeError')
    expect(events).toMatchObject([{ code: 'foreign_origin', site: 'same-site' }])
  })

  it('a name of mine that I point at the customer, where the customer lists its own', async () => {
    const rebound = site.as('shop', 'rebound.localhost')
    const page = await site.open(rebound)
    expect(await seen(page, fetchJson('/listed'))).toContain('"code":"foreign_origin"')
    expect(outcomes()).toEqual(['foreign_origin'])
  })

  it('a name of mine that I point at the customer, where it lists none, but for use from there alone', async () => {
    const rebound = site.as('shop', 'rebound.localhost')
    const page = await site.open(rebound)
    // The browser cannot tell, and sends my page no cookie of the shop; no platform lists my origin.
    const { token } = JSON.parse(await seen(page, fetchJson('/token'))) as { token: string }
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object
    expect(claims).toMatchObject({ origin: rebound })
  })
})
