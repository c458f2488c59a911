import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { ChildProcess } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../helpers/redis-server.js'
import { codeBlocksOf } from './code-blocks.js'
import { output } from './command.js'
import { installation, projectIn } from './installation.js'
import { startServer, stopServer } from './server-process.js'

jest.setTimeout(60_000)

/** What docs/sessions.md shows to be started. */
const blocks = codeBlocksOf('docs/sessions.md')
const servers = blocks
  .filter(({ language, code }) => language === 'js' && code.includes('.listen('))
  .map(({ code }) => code)
const [commands = '', ...others] = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code)

let folder: string
const running: ChildProcess[] = []
beforeAll(async () => {
  folder = await projectIn(await installation('express'), 'examples')
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const names = ['--project', 'shop', '--audience', 'https://platform.example']
  await output('npx', ['reverse-jwt', 'keygen', ...names], folder)
}, 180_000)
afterAll(async () => {
  for (const server of running) await stopServer(server)
  await rm(folder, { recursive: true })
})

it('is typed as it stands: one token becomes a session, and another service takes it twice', async () => {
  const [platform = '', orders = '', ...more] = servers
  expect([more, others]).toEqual([[], []])
  const [port, otherPort] = [String(await freePort()), String(await freePort())]
  const onFreePort = (text: string) => text.replaceAll('4100', port).replaceAll('4300', otherPort)
  await writeFile(join(folder, 'platform.js'), onFreePort(platform))
  await writeFile(join(folder, 'orders.js'), onFreePort(orders))

  const [before = '', after = ''] = commands.split(
    /^node platform\.js & sleep 2\nnode orders\.js & sleep 2\n/m,
  )
  const printed = await output('sh', ['-c', `${before}node -p 'JSON.stringify(process.env)'`], folder)
  const { SHOP_PUBLIC_JWK, SESSION_KEY, SERVICE_SECRET } = JSON.parse(printed) as NodeJS.ProcessEnv
  const variables = { SHOP_PUBLIC_JWK, SESSION_KEY, SERVICE_SECRET }
  running.push(await startServer('platform.js', folder, variables, `http://localhost:${port}`))
  running.push(await startServer('orders.js', folder, variables, `http://localhost:${otherPort}`))

  const answers = (await output('sh', ['-c', onFreePort(after)], folder)).trim().split('\n')
  expect(answers).toEqual(['{"project":"shop","scopes":[]}', '{"project":"shop","scopes":[]}'])
  const list = `http://localhost:${port}/internal/revocations`
  const headers = { Authorization: `Bearer ${SERVICE_SECRET ?? ''}` }
  expect([(await fetch(list)).status, (await fetch(list, { headers })).status]).toEqual([401, 200])
})
