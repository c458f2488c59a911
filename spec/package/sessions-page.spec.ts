import { afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import type { ChildProcess } from 'node:child_process'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { launchChromium } from '../browser/chromium.js'
import { freePort } from '../helpers/redis-server.js'
import { codeIn } from './code-blocks.js'
import { output, run } from './command.js'
import { installation, projectIn } from './installation.js'
import { startServer, stopServer } from './server-process.js'

jest.setTimeout(120_000)

let installed: string
let folder: string
const running: ChildProcess[] = []
beforeAll(async () => {
  installed = await installation('express', 'helmet')
}, 180_000)
beforeEach(async () => {
  folder = await projectIn(installed, 'examples')
  // docs/portal.md serves the client's files from there.
  await symlink(join(installed, 'node_modules'), join(folder, 'node_modules'))
})
afterEach(async () => {
  for (const server of running.splice(0)) await stopServer(server)
  await rm(folder, { recursive: true })
})

/** Types what a page begins with, but for the installation, and writes its files. */
async function prepare(preparation: string, packages: string, files: Record<string, string>): Promise<void> {
  const [manifest, install, ...keys] = preparation.split('\n')
  expect(install).toBe(`npm install reverse-jwt ${packages}`)
  await output('sh', ['-c', [manifest, ...keys].join('\n')], folder)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

/** The variables that some lines export. */
async function exportedBy(lines: string): Promise<NodeJS.ProcessEnv> {
  const printed = await output('sh', ['-c', `${lines}\nnode -p 'JSON.stringify(process.env)'`], folder)
  const { SHOP_PUBLIC_JWK, SESSION_KEY, SERVICE_SECRET } = JSON.parse(printed) as NodeJS.ProcessEnv
  return { SHOP_PUBLIC_JWK, SESSION_KEY, SERVICE_SECRET }
}

it('docs/sessions.md is typed as it stands: one token becomes a session, and another service takes it twice', async () => {
  const [preparation = '', commands = '', doctor = '', ...others] = codeIn('docs/sessions.md', 'sh')
  const [platform = '', orders = '', ...more] = codeIn('docs/sessions.md', 'js').filter((code) =>
    code.includes('.listen('),
  )
  expect([more, others]).toEqual([[], []])
  const [port, otherPort] = [String(await freePort()), String(await freePort())]
  const onFreePort = (text: string) => text.replaceAll('4100', port).replaceAll('4300', otherPort)
  await prepare(preparation, 'express', {
    'platform.js': onFreePort(platform),
    'orders.js': onFreePort(orders),
  })

  const [before = '', after = ''] = commands.split(
    /^node platform\.js & sleep 2\nnode orders\.js & sleep 2\n/m,
  )
  const variables = await exportedBy(before)
  running.push(await startServer('platform.js', folder, variables, `http://localhost:${port}`))
  running.push(await startServer('orders.js', folder, variables, `http://localhost:${otherPort}`))

  const [exchange = '', ...answers] = (await output('sh', ['-c', onFreePort(after)], folder))
    .trim()
    .split('\n')
  expect(JSON.parse(exchange)).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
  expect(answers).toEqual(['{"project":"shop","scopes":[]}', '{"project":"shop","scopes":[]}'])
  const list = `http://localhost:${port}/internal/revocations`
  const headers = { Authorization: `Bearer ${variables.SERVICE_SECRET ?? ''}` }
  expect([(await fetch(list)).status, (await fetch(list, { headers })).status]).toEqual([401, 200])

  const asked = await run('sh', ['-c', onFreePort(doctor)], folder)
  expect([asked.code, asked.stdout]).toEqual([0, expect.stringMatching(/^0 FAIL, 0 warn, 2 skip/m)])
})

it('docs/portal.md is typed as it stands: the portal knows the shop, in a frame and in a popup', async () => {
  const [preparation = '', start = '', ...others] = codeIn('docs/portal.md', 'sh')
  const [page = '', platform = '', portal = '', shop = ''] = codeIn('docs/portal.md', 'js')
  const [html = '', portalHtml = ''] = codeIn('docs/portal.md', 'html')
  expect(others).toEqual([])
  const [port, shopPort] = [String(await freePort()), String(await freePort())]
  const onFreePort = (text: string) => text.replaceAll('4100', port).replaceAll('4200', shopPort)
  const here = onFreePort('http://localhost:4200')
  await prepare(preparation, 'express helmet', {
    'public/index.html': html,
    'public/page.js': onFreePort(page),
    'platform.js': onFreePort(platform),
    'portal/index.html': portalHtml,
    'portal/portal.js': portal,
    'shop.js': onFreePort(shop),
  })
  const [before = '', after] = start.split(/^node platform\.js & sleep 2\nnode shop\.js & sleep 2$/m)
  expect(after).toBe('')
  const variables = await exportedBy(before)
  running.push(await startServer('platform.js', folder, variables, `http://localhost:${port}`))
  running.push(await startServer('shop.js', folder, {}, here))

  const browser = await launchChromium()
  try {
    const context = await browser.newContext()
    const complaints: string[] = []
    context.on('console', (message) => complaints.push(`${message.text()} ${message.location().url}`))
    const open = await context.newPage()
    await open.goto(here)
    const shown = `The Shop, at ${here}`
    await open.frameLocator('iframe').getByText(shown).waitFor()
    const [popup] = await Promise.all([open.waitForEvent('popup'), open.getByRole('button').click()])
    await popup.getByText(shown).waitFor()
    expect(complaints.filter((text) => !text.endsWith('/favicon.ico'))).toEqual([])
  } finally {
    await browser.close()
  }
})
