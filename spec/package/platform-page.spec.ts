import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { ChildProcess } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PostgresServer } from '../helpers/postgres-server.js'
import { freePort, RedisServer } from '../helpers/redis-server.js'
import { codeBlocksOf, codeIn } from './code-blocks.js'
import { output, run } from './command.js'
import { installation, projectIn } from './installation.js'
import { startServer, stopServer } from './server-process.js'

jest.setTimeout(60_000)

/** What docs/platform.md shows, in its order. */
const [platform = '', manage = ''] = codeIn('docs/platform.md', 'js')
const [preparation = '', commands = ''] = codeBlocksOf('docs/platform.md')
  .filter(({ language, isMarkedAsNotRun }) => language === 'sh' && !isMarkedAsNotRun)
  .map(({ code }) => code.trimEnd())
const [typed = '', install = ''] = preparation.split('\n')

let postgres: PostgresServer
let redis: RedisServer
let folder: string
let environment: Record<string, string>
const servers: ChildProcess[] = []

beforeAll(async () => {
  const [, , , ...packages] = install.split(' ')
  const installed = await installation(...packages)
  folder = await projectIn(installed, 'examples')
  postgres = await PostgresServer.start()
  redis = await RedisServer.start({ appendonly: 'yes' })
  environment = { DATABASE_URL: postgres.url(), REDIS_URL: redis.url }
  await output('sh', ['-c', typed], folder)
  await writeFile(join(folder, 'platform.js'), platform)
  await writeFile(join(folder, 'manage.js'), manage)
}, 180_000)
afterAll(async () => {
  for (const server of servers.splice(0)) await stopServer(server)
  await redis.remove()
  await postgres.remove()
})

/** A process of the platform. */
async function start(): Promise<string> {
  const port = await freePort()
  const address = `http://localhost:${port}`
  servers.push(await startServer('platform.js', folder, { ...environment, PORT: String(port) }, address))
  return address
}

it('is typed as it stands: a token passes at one process, and is refused by the other', async () => {
  expect(install).toMatch(/^npm install reverse-jwt [a-z ]+$/)
  const [, making = '', starts, startsOther, token = '', call = '', callOther = ''] = commands.split('\n')
  expect([starts, startsOther]).toEqual([
    'node platform.js > one.log & sleep 2',
    'PORT=4101 node platform.js > other.log & sleep 2',
  ])
  const type = (line: string) => output('sh', ['-c', line], folder, environment)
  await type(making)
  const [one, other] = [await start(), await start()]
  const calls = [
    token,
    call.replace('http://localhost:4100', one),
    callOther.replace('http://localhost:4101', other),
  ]
  const [first = '', second = ''] = (await type(calls.join('\n'))).split('\n')
  expect(JSON.parse(first)).toEqual({ project: 'shop' })
  expect(JSON.parse(second)).toMatchObject({ status: 401, code: 'token_replayed' })
  expect((await fetch(`${one}/health`)).status).toBe(200)
  expect((await stat(join(folder, 'project-key.json'))).mode & 0o777).toBe(0o600)
})

it.each(['platform.js', 'manage.js'])('%s says which variable is missing', async (file) => {
  const { code, stderr } = await run(process.execPath, [file], folder, { DATABASE_URL: '', REDIS_URL: '' })
  expect([code, stderr]).toEqual([1, expect.stringContaining('Set DATABASE_URL')])
})

it('manage.js makes no project while there is a key file', async () => {
  const { code, stderr } = await run(process.execPath, ['manage.js'], folder, environment)
  expect([code, stderr]).toEqual([1, expect.stringContaining('Error: project-key.json is there already')])
})

it('says when Redis is away: nobody passes, and health is 503', async () => {
  const one = await start()
  await redis.remove()
  const token = await output('npx', ['reverse-jwt', 'sign', '--key', 'project-key.json'], folder)
  const headers = { Authorization: `Bearer ${token.trim()}` }
  const answer = await fetch(`${one}/embed/portal`, { headers })
  expect([answer.status, await answer.json()]).toEqual([
    503,
    expect.objectContaining({ code: 'store_unavailable' }),
  ])
  expect((await fetch(`${one}/health`)).status).toBe(503)
})

it('ends when it is told to, by itself', async () => {
  const [server] = servers
  if (server === undefined) throw new Error('no process of the platform runs')
  await stopServer(server)
  expect([server.exitCode, server.signalCode]).toEqual([0, null])
})
