import { beforeEach, describe, expect, it } from '@jest/globals'
import express from 'express'
import type { Page } from 'playwright-core'
import { pageFiles, reachedBy, type Reached } from './page-with-client.js'
import { emptyPages, threeOrigins } from './three-origins.js'
import { corsFor } from '../../lib/index.js'
import { createSigner, tokenEndpoint } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'

const signer = createSigner({ projectId: 'shop', audience, privateKey: keyPair('ES256').privateKey })

/** What each of them was sent, and by which of them a token was given out. */
const atPlatform: Reached[] = []
const atEvil: Reached[] = []
let minted = 0
beforeEach(() => {
  atPlatform.length = 0
  atEvil.length = 0
  minted = 0
})

const site = threeOrigins({
  shop: ({ evil }) => {
    const app = express()
    const onEvent = ({ type }: { type: string }) => {
      if (type === 'minted') minted++
    }
    app.post('/token', tokenEndpoint({ signer, authorize: () => ({ subject: 'user-7' }), onEvent }))
    app.post('/moved', (_req, res) => {
      res.redirect(307, `${evil}/token`)
    })
    app.use(pageFiles())
    return emptyPages(app)
  },
  platform: ({ shop, evil }) => {
    const app = express()
    app.use(corsFor(new Set([shop])))
    app.use(reachedBy(atPlatform))
    // An open redirect, as many platforms have one.
    app.all('/go', (req, res) => {
      res.redirect(307, req.query.to as string)
    })
    app.get('/evil', (_req, res) => {
      res.redirect(302, `${evil}/taken`)
    })
    return app.use((_req, res) => res.json({ ok: true }))
  },
  evil: ({ shop }) => {
    const app = express()
    // Whoever wants the token lets everybody in.
    app.use((req, res, next) => {
      res.set({
        'Access-Control-Allow-Origin': shop,
        'Access-Control-Allow-Headers': 'authorization, content-type',
        'Access-Control-Allow-Credentials': 'true',
      })
      if (req.method === 'OPTIONS') res.status(204).end()
      else next()
    })
    app.use(reachedBy(atEvil))
    return app.use((_req, res) => res.json({ token: 'a.b.c' }))
  },
})

let page: Page
beforeEach(async () => {
  page = await site.open(site.origin.shop)
})

/** What the page's call comes to: a status, or the name of what it throws. */
const call = (address: string, init = '{}', options = `tokenUrl: '/token'`) =>
  page.evaluate<number | string>(`import('/reverse-jwt/index.js').then(async ({ createProjectClient }) => {
    const client = createProjectClient({ platform: '${site.origin.platform}', ${options} })
    return client.fetch(${address}, ${init}).then(({ status }) => status, (error) => error.code ?? error.name)
  })`)

const text = (address: string) => JSON.stringify(address)

it('lets the honest page call its platform', async () => {
  expect(await call(text('/orders'))).toBe(200)
  expect(await call(`new Request(${text(`${site.origin.platform}/orders`)})`)).toBe(200)
  expect(atPlatform.map(({ hasToken }) => hasToken)).toEqual([true, true])
})

describe('by an address that a visitor may choose:', () => {
  it.each<[string, (evil: string, platform: string) => string]>([
    ['mine', (evil) => text(`${evil}/taken`)],
    ['mine without a scheme', (evil) => text(`${evil.replace('http:', '')}/taken`)],
    ['mine with backslashes', (evil) => text(`${evil.replace('http://', '\\\\')}/taken`)],
    [
      'mine after the name of the platform',
      (evil, platform) => text(`${platform}@${evil.replace('http://', '')}/taken`),
    ],
    ['mine with a line end in it', (evil) => text(`${evil.replace('http://', 'ht\ntp://')}/taken`)],
    [
      'the platform with a password',
      (_, platform) => text(platform.replace('http://', 'http://user:password@')),
    ],
    ['the platform at another port', (_, platform) => text(`${platform.replace(/\d+$/, '')}1/`)],
    ['the platform over TLS', (_, platform) => text(platform.replace('http:', 'https:'))],
    ['data', () => text('data:text/plain,taken')],
    ['a blob of the page', () => `URL.createObjectURL(new Blob(['taken']))`],
    ['a script', () => text('javascript:alert(1)')],
    ['a request of mine', (evil) => `new Request(${text(`${evil}/taken`)})`],
    ['a URL of mine', (evil) => `new URL(${text(`${evil}/taken`)})`],
    [
      'an object that says one thing and then another',
      (evil, platform) => `{ url: ${text(`${platform}/orders`)}, toString: () => ${text(`${evil}/taken`)} }`,
    ],
  ])('%s', async (_, address) => {
    expect(await call(address(site.origin.evil, site.origin.platform))).toBe('TypeError')
    expect([atEvil, atPlatform, minted]).toEqual([[], [], 0])
  })
})

describe('by a redirect', () => {
  it.each<[string, string, string]>([
    ['of the platform, which is open', '/go?to=', '{}'],
    ['of the platform, which the page would follow', '/go?to=', `{ redirect: 'follow' }`],
    ['of the platform, with an order', '/go?to=', `{ method: 'POST', body: 'order' }`],
  ])('%s', async (_, path, init) => {
    expect(await call(text(`${path}${encodeURIComponent(`${site.origin.evil}/taken`)}`), init)).toBe(
      'platform_unreachable',
    )
    expect(atEvil).toEqual([])
    expect(atPlatform).toHaveLength(1)
  })

  it('of a request that was made to follow them', async () => {
    expect(await call(`new Request(${text(`${site.origin.platform}/evil`)}, { redirect: 'follow' })`)).toBe(
      'platform_unreachable',
    )
    expect(atEvil).toEqual([])
  })

  it('of the token endpoint, which would give the page a token of mine', async () => {
    expect(await call(text('/orders'), '{}', `tokenUrl: '/moved'`)).toBe('token_refused')
    expect([atEvil, atPlatform]).toEqual([[], []])
  })
})

it('by markup that moves the base of all addresses', async () => {
  await page.evaluate(`document.head.insertAdjacentHTML('afterbegin', '<base href="${site.origin.evil}/">')`)
  expect(await page.evaluate('document.baseURI')).toBe(`${site.origin.evil}/`)
  expect(
    await page.evaluate<number>(`import('${site.origin.shop}/reverse-jwt/index.js').then(async ({ createProjectClient }) => {
    const client = createProjectClient({ platform: '${site.origin.platform}', tokenUrl: '/token' })
    return (await client.fetch('/orders')).status
  })`),
  ).toBe(200)
  expect(atEvil).toEqual([])
})
