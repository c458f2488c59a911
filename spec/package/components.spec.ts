import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../browser/chromium.js'
import { codeBlocksOf } from './code-blocks.js'
import { output } from './command.js'
import { installation, projectIn } from './installation.js'
import { portalSites } from './portal-sites.js'

jest.setTimeout(20_000)

/** In the order in which the pages show them. */
const components = ['orders', 'portal', 'portal-button']
const frameworks = [
  { name: 'React, under StrictMode', folder: 'react', language: 'jsx' },
  { name: 'Vue', folder: 'vue', language: 'vue' },
]

let project: string
let browser: Browser
let sites: Awaited<ReturnType<typeof portalSites>>

beforeAll(async () => {
  const installed = await installation('esbuild', 'react@19', 'react-dom@19', 'vue@3')
  project = await projectIn(installed, 'components')
  sites = await portalSites(join(installed, 'node_modules/reverse-jwt/dist/lib/browser'))
  for (const { folder, language } of frameworks) {
    await mkdir(join(project, folder))
    const names = ['client.js', ...components.map((name) => `${name}.${language}`)]
    for (const [index, { code }] of codeBlocksOf(`docs/${folder}.md`).entries()) {
      const text = code.replace('https://platform.example', sites.platformAddress)
      await writeFile(join(project, folder, names[index] ?? `more-${index}`), text)
    }
  }
  await output(process.execPath, ['build.js'], project)

  sites.shopApp.use(express.static(join(project, 'out')))
  sites.shopApp.get('/:folder', ({ params: { folder } }, res) => {
    res.send(
      `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="${folder}-page.js"></script>`,
    )
  })
  browser = await launchChromium()
}, 180_000)
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  ;(sites as typeof sites | undefined)?.close()
  await rm(project, { recursive: true })
})

it.each(frameworks)('all examples in $name are run', ({ folder, language }) => {
  const languages = codeBlocksOf(`docs/${folder}.md`).map((block) => block.language)
  expect(languages).toEqual(['js', ...components.map(() => language)])
})

describe.each(frameworks)('the examples in $name', ({ folder }) => {
  let page: Page
  let complaints: string[]
  /** Requests for a token, as the page sends them. */
  let asked: number

  beforeAll(async () => {
    page = await browser.newPage()
    page.setDefaultTimeout(8_000)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (request.url().endsWith('/token') && request.frame() === page.mainFrame()) asked++
    })
  })
  beforeEach(async () => {
    sites.visitor.isLoggedIn = true
    complaints = []
    await page.unrouteAll()
    await page.goto(`${sites.shopAddress}/${folder}`)
    await page.evaluate(`addEventListener('message', ({ source, data }) => {
      if (source === document.querySelector('#root iframe')?.contentWindow) globalThis.shown = data.shown
      if (source === globalThis.gone?.contentWindow) globalThis.heard = data.type
    })`)
    // The page of the test before may have sent something until now.
    sites.events.length = 0
    asked = 0
  })
  afterAll(() => page.close())

  const show = (component: string, properties: Readonly<Record<string, string>> = {}) =>
    page.evaluate(`show('${component}', ${JSON.stringify(properties)})`)
  const hide = () => page.evaluate('hide()')
  const portalShows = (text: string) => page.waitForFunction(`globalThis.shown === '${text}'`)
  const shopsPortal = () => `shop at ${sites.shopAddress}`
  const mintedOnceOrTwice = () => {
    expect([1, 2]).toContain(sites.events.filter(isMinted).length)
  }

  it('make one call that the platform accepts, by at most one token more', async () => {
    await show('Orders', { path: '/embed/orders' })
    await page.getByText('orders of shop').waitFor()
    expect([complaints, sites.events.filter((type) => !isMinted(type))]).toEqual([[], ['accepted']])
    mintedOnceOrTwice()
  })

  it('stop the call when the component goes', async () => {
    // Never answered.
    await page.route('**/embed/orders', () => undefined)
    const sent = page.waitForRequest('**/embed/orders')
    await show('Orders', { path: '/embed/orders' })
    await sent
    const stopped = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/orders'))
    await hide()
    expect((await stopped).failure()?.errorText).toBe('net::ERR_ABORTED')
    expect(complaints).toEqual([])
  })

  it('open the portal by one exchange that is accepted, and at most one token more', async () => {
    await show('Portal')
    await portalShows(shopsPortal())
    expect(await page.getByTitle('Connect your apps').getAttribute('referrerpolicy')).toBe('origin')
    expect(complaints).toEqual([])
    expect(sites.events.filter((type) => !isMinted(type))).toEqual(['accepted', 'session.issued'])
    mintedOnceOrTwice()
  })

  it('answer no portal after the component has gone, though it is in the same frame again', async () => {
    await show('Portal')
    await portalShows(shopsPortal())
    const askedBefore = asked
    await page.evaluate("globalThis.gone = document.querySelector('iframe')")
    await hide()
    await page.locator('iframe').waitFor({ state: 'detached' })
    await page.evaluate('document.body.append(gone)')
    await page.waitForFunction("globalThis.heard === 'reverse-jwt:hello'")
    // What would be sent for that message is sent before this.
    await page.evaluate('fetch(location)')
    expect([asked, complaints]).toEqual([askedBefore, []])
  })

  it('say why there is no portal', async () => {
    sites.visitor.isLoggedIn = false
    await show('Portal')
    await page.getByText('No portal: no_session').waitFor()
    await portalShows('no_session')
  })

  it('open a popup by a click', async () => {
    await show('PortalButton')
    const opened = page.waitForEvent('popup')
    await page.getByText('Connect your apps').click()
    await (await opened).getByText(shopsPortal()).waitFor()
    expect([complaints, sites.events]).toEqual([[], ['minted', 'accepted', 'session.issued']])
  })
})

const isMinted = (type: string) => type === 'minted'
