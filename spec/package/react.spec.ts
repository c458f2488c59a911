import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import express from 'express'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { createSigner, tokenEndpoint, type TokenEndpointEvent } from '../../lib/customer/index.js'
import { corsFor, problemDetails, projectOf, reverseJwt, type VerifierEvent } from '../../lib/index.js'
import { launchChromium } from '../browser/chromium.js'
import { keyPair } from '../helpers/keys.js'
import { audience, kidOf } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { codeBlocksOf } from './code-blocks.js'
import { output } from './command.js'
import { installation } from './installation.js'

jest.setTimeout(60_000)

const [example, ...others] = codeBlocksOf('docs/react.md').filter(({ language }) => language === 'jsx')
const minted: TokenEndpointEvent[] = []
const verified: VerifierEvent[] = []
const servers: Server[] = []
let browser: Browser
let folder: string
let shopAddress: string

async function listen(app: express.Express): Promise<number> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  return (server.address() as AddressInfo).port
}

beforeAll(async () => {
  const shopApp = express()
  const platformApp = express()
  const shopPort = await listen(shopApp)
  shopAddress = `http://shop.localhost:${shopPort}`
  const platformAddress = `http://platform.localhost:${await listen(platformApp)}`

  const installed = await installation('esbuild', 'react@19', 'react-dom@19')
  folder = await mkdtemp(join(installed, 'project-'))
  await writeFile(
    join(folder, 'portal.jsx'),
    (example?.code ?? '').replace('https://platform.example', platformAddress),
  )
  const main = `
    import { StrictMode } from 'react'
    import { createRoot } from 'react-dom/client'
    import { Portal } from './portal.jsx'
    createRoot(document.getElementById('root')).render(<StrictMode><Portal /></StrictMode>)`
  await writeFile(join(folder, 'main.jsx'), main)
  const esbuild = join(installed, 'node_modules/esbuild/bin/esbuild')
  const flags = ['main.jsx', '--bundle', '--format=esm', '--jsx=automatic', '--outfile=main.js']
  await output(process.execPath, [esbuild, ...flags, '--define:process.env.NODE_ENV="development"'], folder)

  const signer = createSigner({
    projectId: 'shop',
    audience,
    privateKey: keyPair('ES256').privateKey,
    kid: kidOf('ES256'),
  })
  shopApp.post(
    '/token',
    tokenEndpoint({
      signer,
      authorize: () => ({ subject: 'user-7' }),
      onEvent: (event) => minted.push(event),
    }),
  )
  shopApp.use(express.static(folder))
  shopApp.get('/', (_req, res) => {
    res.send(
      '<!doctype html><title>React</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="main.js"></script>',
    )
  })
  const { options } = platform({ clock: () => Date.now() / 1000, onEvent: (event) => verified.push(event) }, [
    shop(['ES256'], { allowedOrigins: [shopAddress] }),
  ])
  platformApp.use(corsFor(new Set([shopAddress])))
  platformApp.get('/embed/portal', reverseJwt(options), (req, res) => {
    res.send(`the portal of ${projectOf(req).id}`)
  })
  platformApp.use(problemDetails())
  browser = await launchChromium()
}, 180_000)
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  for (const server of servers) server.close().closeAllConnections()
  await rm(folder, { recursive: true })
})

it('shows the portal under StrictMode, by one call that the platform accepts and at most one token more', async () => {
  expect(others).toEqual([])
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(shopAddress)
  await page.waitForFunction("document.querySelector('p')?.textContent.startsWith('the portal')")
  expect(await page.textContent('p')).toBe('the portal of shop')
  expect(complaints).toEqual([])
  expect(verified.map(({ type }) => type)).toEqual(['accepted'])
  expect(minted.map(({ type }) => type)).toEqual(minted.length === 1 ? ['minted'] : ['minted', 'minted'])
})
