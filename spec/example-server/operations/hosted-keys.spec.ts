import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSigner, generateProjectKey } from '../../../lib/customer/index.js'
import { DemoProcess } from '../../helpers/demo-process.js'
import { putEmptyPgliteInto } from '../../helpers/pglite.js'
import { anyPorts } from './shared-servers.js'

jest.setTimeout(60_000)

let demo: DemoProcess
beforeAll(async () => {
  // As .data, which is where the demo keeps it by itself.
  const folder = join(mkdtempSync(join(tmpdir(), 'reverse-jwt-hosted-')), '.data')
  await putEmptyPgliteInto(folder)
  demo = new DemoProcess({ ...anyPorts, KEYS_PORT: '0' }, folder)
})
afterAll(() => demo.kill())

/** Where the demo says that the set is. */
async function keySetFile(): Promise<string> {
  await demo.started()
  await demo.says('Key set: ')
  return (
    /^Key set: https:\/\/keys\.demo-shop\.example:\d+\/jwks\.json, which is (\S+)$/m.exec(demo.stdout)?.[1] ??
    ''
  )
}

async function call(token: string): Promise<number> {
  const { platform, customer } = await demo.started()
  const headers = { Origin: customer, Authorization: `Bearer ${token}` }
  return (await fetch(`${platform}/api/plain`, { headers })).status
}

it('with KEYS_PORT the customer hosts its keys, and adds one by editing a file', async () => {
  const file = await keySetFile()
  const { platform } = await demo.started()
  const set = JSON.parse(readFileSync(file, 'utf8')) as { keys: unknown[] }
  const { privateKey, publicJwk } = await generateProjectKey()
  const token = () => createSigner({ projectId: 'demo-shop', audience: platform, privateKey }).sign()
  writeFileSync(file, JSON.stringify({ keys: [...set.keys, publicJwk] }))
  expect(await call(await token())).toBe(200)
  // No half of it is private.
  expect(JSON.stringify(set)).not.toMatch(/"d"/)
})

it('the page uses the hosted key: the platform was given no other', async () => {
  const { customer } = await demo.started()
  const page = await fetch(customer)
  const [cookie = ''] = (page.headers.get('set-cookie') ?? '').split(';')
  const headers = { Origin: customer, Cookie: cookie, 'Content-Type': 'application/json' }
  const answer = await fetch(`${customer}/token`, { method: 'POST', headers, body: '{}' })
  const { token } = (await answer.json()) as { token: string }
  expect(await call(token)).toBe(200)
})

it('says that this is for the demo alone, and warns as any platform that allows it', async () => {
  await keySetFile()
  expect(demo.stdout).toContain("Only this demo lets a key set be on the platform's own machine")
  expect(demo.stderr).toContain('[REVERSE_JWT_PRIVATE_ADDRESSES_ALLOWED]')
})
