import { expect } from '@jest/globals'
import type { DemoProcess } from '../helpers/demo-process.js'

/** What an operator does in the console, for whose login there is one password. */
export async function revokeTheKey(demo: DemoProcess): Promise<void> {
  const { address, password } = await demo.console()
  const headers = { origin: new URL(address).origin, 'content-type': 'application/json' }
  const login = await fetch(`${address}login`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ password }),
  })
  const [cookie = ''] = (login.headers.get('set-cookie') ?? '').split(';')
  const keysAt = `${address}api/projects/demo-shop/keys`
  const listed = await fetch(keysAt, { headers: { cookie } })
  const { keys } = (await listed.json()) as { keys: { kid: string }[] }
  const body = JSON.stringify({ kid: keys[0]?.kid, reason: 'exposed' })
  const revoked = await fetch(`${keysAt}/revoke`, { method: 'POST', headers: { ...headers, cookie }, body })
  expect(revoked.status).toBe(200)
}
