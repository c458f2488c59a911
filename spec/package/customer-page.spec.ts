import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import type { ChildProcess } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import {
  corsFor,
  MemoryKeyStore,
  MemoryReplayStore,
  problemDetails,
  projectOf,
  reverseJwt,
} from '../../lib/index.js'
import { launchChromium } from '../browser/chromium.js'
import { codesOf, read, tablesOf } from '../docs/markdown.js'
import { freePort } from '../helpers/redis-server.js'
import { openServer } from '../helpers/server.js'
import { codeIn } from './code-blocks.js'
import { languages, type Language } from './customer-languages.js'
import { recipeFolder, type RecipeFolder } from './recipes.js'
import { startProgram, stopServer } from './server-process.js'

jest.setTimeout(60_000)

/** The files of docs/customers.md that a customer types. */
const [, page = '', byHand = '', ...others] = codeIn('docs/customers.md', 'js')
const [html = ''] = codeIn('docs/customers.md', 'html')
const [makesKey = '', asks = '', ...moreCommands] = codeIn('docs/customers.md', 'sh')
/** What is said in the tables about a file, or about where the client comes from. */
const rows = tablesOf(read('docs/customers.md')).flat()
const commandsFor = (text: string) => codesOf(rows.find(([first = '']) => first.includes(text))?.[1] ?? '')

/** Those that serve the page, and the decision that the page proposes for a first try. */
const decisions: Readonly<Record<string, readonly [found: string, decided: string]>> = {
  Node: ['return undefined\n', "return 'me'\n"],
  Python: ['    return None\n\n\ndef refusal', "    return 'me'\n\n\ndef refusal"],
  PHP: ['    return null;\n}\n\n/** The code', "    return 'me';\n}\n\n/** The code"],
}

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
let atPlatform: (code: string) => string
beforeAll(async () => {
  here = await recipeFolder()
  await here.shell(makesKey)
  const publicPem = await readFile(join(here.folder, 'public.pem'), 'utf8')
  const { port } = serve(platformApp(publicPem)).address() as AddressInfo
  atPlatform = (code) => code.replaceAll('https://platform.example', `http://127.0.0.1:${port}`)
  await here.shell(`ln -s "$ROOT/node_modules/express" node_modules/express`, { ROOT: process.cwd() })
  await mkdir(join(here.folder, 'public'))
  await here.write('public/page.js', atPlatform(page))
  await here.write('public/index.html', html)
})
afterAll(() => rm(here.folder, { recursive: true }))

it('docs/customers.md has nothing else to be typed', () => {
  expect([others, moreCommands]).toEqual([[], []])
})

describe.each(Object.entries(decisions))('docs/customers.md, followed with %s,', (name, [found, decided]) => {
  let server: ChildProcess | undefined
  beforeAll(async () => {
    const { file, folder = '' } = languages[name] as Language
    const snippet = read(`docs/snippets/${file}`)
    expect(snippet.split(found)).toHaveLength(2)
    await here.write(`${folder}${file}`, snippet.replace(found, decided).replace('4200', shopPort))
    if (name !== 'Node') {
      const [, copiesClient = ''] = commandsFor('has none, and the backend is in another language')
      await here.shell(`rm -rf public/reverse-jwt; ${copiesClient}`)
    }
    const [starts = ''] = commandsFor(file)
    const PATH = `${here.folder}/bin${delimiter}${process.env.PATH ?? ''}`
    const command = ['sh', '-c', `exec ${starts.replace('4200', shopPort)}`]
    server = await startProgram(command, here.folder, { PATH }, shop)
  })
  afterAll(async () => {
    if (server !== undefined) await stopServer(server)
  })

  it('gives a token when it is asked as the page shows', async () => {
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
})
