import type { DemoProcess } from './demo-process.js'

/** An operator of a demo, logged in by the one password that there is: where the console is, and what its page would send. */
export async function loggedInAtConsole(demo: Pick<DemoProcess, 'console'>) {
  const { address, password } = await demo.console()
  const headers = { origin: new URL(address).origin, 'content-type': 'application/json' }
  const login = await fetch(`${address}login`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ password, name: 'ops' }),
  })
  const [cookie = ''] = (login.headers.get('set-cookie') ?? '').split(';')
  return { address, headers, cookie }
}
