import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loggedInAtConsole } from '../../helpers/console-login.js'
import { DemoProcess } from '../../helpers/demo-process.js'
import { putEmptyPgliteInto } from '../../helpers/pglite.js'
import { until } from '../../helpers/until.js'

jest.setTimeout(120_000)

let folder: string
const running: DemoProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-data-'))
  await putEmptyPgliteInto(folder)
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((demo) => demo.kill()))
  await rm(folder, { recursive: true })
})

function demo(): DemoProcess {
  const started = new DemoProcess({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0', DATA_FOLDER: folder })
  running.push(started)
  return started
}

/** What an operator does. */
async function operator(process: DemoProcess) {
  const { address, headers, cookie } = await loggedInAtConsole(process)
  return async (method: string, path: string, body?: object) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${address}api${path}`, { method, headers: { ...headers, cookie }, ...sent })
    return { status: answer.status, body: (await answer.json()) as never }
  }
}

async function callOf({ platform, customer }: { platform: string; customer: string }) {
  const page = await fetch(customer)
  const [cookie = ''] = (page.headers.get('set-cookie') ?? '').split(';')
  const headers = { Origin: customer, Cookie: cookie, 'Content-Type': 'application/json' }
  const asked = await fetch(`${customer}/token`, { method: 'POST', headers, body: '{}' })
  const { token } = (await asked.json()) as { token: string }
  return fetch(`${platform}/api/plain`, { headers: { Origin: customer, Authorization: `Bearer ${token}` } })
}

const sessionKeysOf = async ({ platform }: { platform: string }) =>
  (await fetch(`${platform}/.well-known/jwks.json`)).text()

it('projects, keys, the audit and what was refused are there again after a restart; the private key is the customer’s alone', async () => {
  const first = demo()
  const addresses = await first.started()
  expect((await callOf(addresses)).status).toBe(200)
  const sessionKeys = await sessionKeysOf(addresses)
  expect(statSync(join(folder, 'platform/session-key.pem')).mode & 0o777).toBe(0o600)
  const ask = await operator(first)
  await ask('POST', '/projects', { id: 'second', allowedOrigins: ['https://second.example'] })
  await ask('POST', '/projects/second/keys/generate', {})
  const { body: keys } = await ask('GET', '/projects/second/keys')
  const file = join(folder, 'customer/project-key.pem')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const privateKey = readFileSync(file, 'utf8')
  const instances: string[] = []
  for (const route of [`${addresses.platform}/api/plain`, `${addresses.orders}/orders`]) {
    const refused = await fetch(route, { headers: { Authorization: 'Bearer x' } })
    instances.push(((await refused.json()) as { instance: string }).instance)
  }
  expect(await first.stop()).toMatchObject({ exitCode: 0, stderr: '' })
  expect(readdirSync(join(folder, 'projects'))).toEqual(['pglite'])

  const second = demo()
  const newAddresses = await second.started()
  expect((await callOf(newAddresses)).status).toBe(200)
  expect(await sessionKeysOf(newAddresses)).toBe(sessionKeys)
  const askAgain = await operator(second)
  expect((await askAgain('GET', '/projects/second/keys')).body).toEqual(keys)
  expect((await askAgain('GET', '/projects')).body).toMatchObject({
    projects: [{ id: 'demo-shop' }, { id: 'second' }],
  })
  expect(readFileSync(file, 'utf8')).toBe(privateKey)
  const { records } = (await askAgain('GET', '/audit?limit=500')).body as { records: { action: string }[] }
  expect(records.filter(({ action }) => action === 'key.confirmed')).toHaveLength(1)
  for (const instance of instances)
    expect((await askAgain('GET', `/refusals/${instance}`)).body).toMatchObject({ reason: 'token_malformed' })
  expect(await second.stop()).toMatchObject({ exitCode: 0, stderr: '' })
})

it('a second process on the folder does not start, and one that was killed leaves it free', async () => {
  const first = demo()
  await first.started()
  const { exitCode, stderr } = await demo().ended()
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(
    /^The projects in .*projects are in use by process \d+ on host "[^"]+", and two processes on one folder lose projects and keys\. Stop that one, or choose another folder with DATA_FOLDER\.\n$/,
  )
  await first.kill()
  const second = demo()
  expect((await callOf(await second.started())).status).toBe(200)
})

it('a revocation is at work within a second, and the next start says why the customer cannot call', async () => {
  const first = demo()
  const addresses = await first.started()
  expect((await callOf(addresses)).status).toBe(200)
  const ask = await operator(first)
  const { keys } = (await ask('GET', '/projects/demo-shop/keys')).body as { keys: { kid: string }[] }
  const kid = keys[0]?.kid
  expect((await ask('POST', '/projects/demo-shop/keys/revoke', { kid, reason: 'exposed' })).status).toBe(200)
  const refused = await callOf(addresses)
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
    401,
    'token_not_verified',
  ])
  await first.stop()

  const second = demo()
  await second.started()
  await second.says(
    "Demo Shop has a key that is revoked, so its calls are refused. For a new one, delete the file of the customer's key and start again.",
  )
  await rm(join(folder, 'customer/project-key.pem'))
  await second.stop()
  const third = demo()
  expect((await callOf(await third.started())).status).toBe(200)
})

it('a page of a project that was just made may call across origins at once', async () => {
  const process = demo()
  const { platform } = await process.started()
  const ask = await operator(process)
  const preflight = async () => {
    const headers = { Origin: 'https://new.example', 'Access-Control-Request-Method': 'GET' }
    const answer = await fetch(`${platform}/api/plain`, { method: 'OPTIONS', headers })
    return answer.headers.get('access-control-allow-origin')
  }
  expect(await preflight()).toBeNull()
  await ask('POST', '/projects', { id: 'new', allowedOrigins: ['https://new.example'] })
  await until('CORS allows the new origin', async () => (await preflight()) !== null)
  expect(await preflight()).toBe('https://new.example')
})
