import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { createVerifier } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { socketPlatform } from '../helpers/socket-platform.js'
import { launchChromium } from './chromium.js'

const sockets = socketPlatform()
const lib = fileURLToPath(new URL('../../lib/browser/', import.meta.url))
let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.newPage()
  await page.route('**/reverse-jwt/**', (route) =>
    route.fulfill({ path: lib + new URL(route.request().url()).pathname.slice('/reverse-jwt/'.length) }),
  )
}, 60_000)
afterAll(() => (browser as Browser | undefined)?.close())

/** A page that opens a socket with this token: what it was told first, which subprotocol it has, or how it was closed. */
function opened(token: string, protocols = 'undefined') {
  return page.evaluate(`import('/reverse-jwt/index.js').then(async ({ createProjectClient, openSocket }) => {
    const client = createProjectClient({ platform: location.origin, getToken: () => '${token}' })
    const socket = await openSocket(client, '/live', ${protocols})
    return new Promise((resolve) => {
      socket.onopen = () => socket.send('Hello')
      socket.onmessage = ({ data }) => resolve([data, socket.protocol])
      socket.onclose = ({ code, reason }) => resolve([code, reason])
    })
  })`)
}

it('opens in Chromium with the longest token, and learns nothing of a refusal', async () => {
  const address = sockets.serve(createVerifier(platform().options)).replace(/^ws(.*)\/live$/, 'http$1')
  const { options } = platform({}, [shop(['ES256'], { allowedOrigins: [address] })])
  sockets.serve(createVerifier(options))
  await page.goto(address)
  const filler = 'x'.repeat(2_750)
  const token = mint({ claims: { filler } })
  expect(token.length).toBeGreaterThan(4_000)
  expect(await opened(token)).toEqual(['shop: Hello', 'reverse-jwt'])
  expect(await opened(token)).toEqual([1006, ''])
  expect(await opened(mint({ claims: { origin: address } }), `['chat.v2', 'chat.v1']`)).toEqual([
    'shop: Hello',
    'chat.v2',
  ])
})
