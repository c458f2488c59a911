import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import express from 'express'
import type { ChildProcess } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  corsFor,
  MemoryKeyStore,
  MemoryReplayStore,
  problemDetails,
  projectOf,
  reverseJwt,
} from '../../lib/index.js'
import { launchChromium } from '../browser/chromium.js'
import { freePort } from '../helpers/redis-server.js'
import { openServer } from '../helpers/server.js'
import { codeBlocksOf } from './code-blocks.js'
import { recipeFolder, type RecipeFolder } from './recipes.js'
import { startServer, stopServer } from './server-process.js'

jest.setTimeout(60_000)

/** The files of docs/customers.md that a customer with Node types. */
const blocks = codeBlocksOf('docs/customers.md')
const [endpoint = '', page = '', byHand = '', ...others] = blocks
  .filter(({ language }) => language === 'js')
  .map(({ code }) => code)
const [html = ''] = blocks.filter(({ language }) => language === 'html').map(({ code }) => code)
const [makesKey = '', asks = '', ...moreCommands] = blocks
  .filter(({ language }) => language === 'sh')
  .map(({ code }) => code)
/** What the page says to write for a first try. */
const [found, decided] = ['return undefined\n', "return 'me'\n"]

const serve = openServer()
const shopPort = String(await freePort())
const shop = `http://localhost:${shopPort}`

/** The platform that the page names, with the project as the page names it. */
function platformApp(pem: string) {
  const project = { id: 'shop', allowedOrigins: [shop], scopes: ['portal:read'] }
  const keyStore = new MemoryKeyStore([{ ...project, keys: [{ pem, kid: 'key-1' }] }])
  const app = express()
  app.use(corsFor(new Set([shop])))
  const replayStore = new MemoryReplayStore()
  app.use(reverseJwt({ audience: 'https://platform.example', keyStore, replayStore }))
  app.get('/embed/portal', (req, res) => void res.json({ project: projectOf(req).id }))
  app.use(problemDetails())
  return app
}

let here: RecipeFolder
let server: ChildProcess | undefined
let atPlatform: (code: string) => string
beforeAll(async () => {
  here = await recipeFolder()
  await here.shell(makesKey)
  const publicPem = await readFile(join(here.folder, 'public.pem'), 'utf8')
  const { port } = serve(platformApp(publicPem)).address() as AddressInfo
  atPlatform = (code) => code.replaceAll('https://platform.example', `http://127.0.0.1:${port}`)
  await here.shell(`ln -s "$ROOT/node_modules/express" node_modules/express`, { ROOT: process.cwd() })
  await mkdir(join(here.folder, 'public'))
  const files = {
    'token-endpoint.mjs': endpoint.replace(found, decided).replace('4200', shopPort),
    'public/page.js': atPlatform(page),
    'public/index.html': html,
  }
  for (const [name, text] of Object.entries(files)) await here.write(name, text)
  server = await startServer('token-endpoint.mjs', here.folder, {}, shop)
})
afterAll(async () => {
  if (server !== undefined) await stopServer(server)
  await rm(here.folder, { recursive: true })
})

it('gives a token when it is asked as the page shows', async () => {
  expect([endpoint.includes(found), others, moreCommands]).toEqual([true, [], []])
  expect(JSON.parse(await here.shell(asks.replace('http://localhost:4200', shop)))).toEqual({
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  })
})

it('leads from a key to a page that calls the platform, by itself and by hand', async () => {
  const browser = await launchChromium()
  try {
    const open = await browser.newPage()
    await open.goto(shop)
    await open.getByRole('button').click()
    await open.waitForFunction("document.getElementById('answer').textContent !== ''")
    expect(await open.textContent('#answer')).toBe('{"project":"shop"}')
    expect(await open.evaluate(`(async () => {${atPlatform(byHand)}; return answer.json() })()`)).toEqual({
      project: 'shop',
    })
  } finally {
    await browser.close()
  }
})
