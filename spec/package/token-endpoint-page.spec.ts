import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { ChildProcess } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../helpers/redis-server.js'
import { codeIn } from './code-blocks.js'
import { output, run } from './command.js'
import { installation, projectIn } from './installation.js'
import { startServer, stopServer } from './server-process.js'

jest.setTimeout(60_000)

/** What docs/token-endpoint.md begins with. */
const [shop = ''] = codeIn('docs/token-endpoint.md', 'js')
const [prepares = '', commands = '', ...others] = codeIn('docs/token-endpoint.md', 'sh')
const [makesPackage = '', installs, makesKey = ''] = prepares.split('\n')
const [starts = '', ...asks] = commands.split('\n')

let folder: string
let address: string
let server: ChildProcess | undefined

beforeAll(async () => {
  folder = await projectIn(await installation('express'), 'examples')
  for (const line of [makesPackage, makesKey]) await output('sh', ['-c', line], folder)
  const port = String(await freePort())
  address = `http://localhost:${port}`
  await writeFile(join(folder, 'shop.js'), shop.replace('4200', port))
  server = await startServer('shop.js', folder, {}, address)
}, 180_000)
afterAll(async () => {
  if (server !== undefined) await stopServer(server)
  await rm(folder, { recursive: true })
})

it('is typed as it stands: no token before the login, and one after it', async () => {
  expect(installs).toBe('npm install reverse-jwt express')
  expect([starts, others]).toEqual(['node shop.js & sleep 2', []])
  const typed = asks.join('\n').replaceAll('http://localhost:4200', address)
  const [first = '', second = ''] = (await output('sh', ['-c', typed], folder)).split('\n')
  expect(JSON.parse(first)).toMatchObject({ status: 401, code: 'no_session' })
  expect(JSON.parse(second)).toEqual({ token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) })
})

it('lets the doctor find nothing wrong', async () => {
  const args = ['reverse-jwt', 'doctor', '--url', address, '--token-endpoint', `${address}/token`]
  const { stdout } = await run('npx', args, folder)
  expect(stdout).toMatch(/^ok +token-endpoint +a visitor without a session gets 401$/m)
})
