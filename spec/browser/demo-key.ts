import { expect } from '@jest/globals'
import { loggedInAtConsole } from '../helpers/console-login.js'
import type { DemoProcess } from '../helpers/demo-process.js'

/** What an operator does in the console, for whose login there is one password. */
export async function revokeTheKey(demo: DemoProcess): Promise<void> {
  const { address, headers, cookie } = await loggedInAtConsole(demo)
  const keysAt = `${address}api/projects/demo-shop/keys`
  const listed = await fetch(keysAt, { headers: { cookie } })
  const { keys } = (await listed.json()) as { keys: { kid: string }[] }
  const body = JSON.stringify({ kid: keys[0]?.kid, reason: 'exposed' })
  const revoked = await fetch(`${keysAt}/revoke`, { method: 'POST', headers: { ...headers, cookie }, body })
  expect(revoked.status).toBe(200)
}
