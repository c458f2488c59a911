import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { until } from '../helpers/until.js'
import { customersEnvironment } from './command.js'

/** Starts a program of a customer's folder, and waits until it answers at an address. */
export async function startServer(
  file: string,
  cwd: string,
  variables: NodeJS.ProcessEnv,
  address: string,
): Promise<ChildProcess> {
  const env = customersEnvironment(variables)
  const server = spawn(process.execPath, [file], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  server.stderr.on('data', (text) => (stderr += String(text)))
  await until(`${file} answers at ${address}`, () => {
    if (server.exitCode !== null) throw new Error(`${file} ended: ${stderr}`)
    return fetch(address).then(
      () => true,
      () => false,
    )
  })
  return server
}

export async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  const gone = once(server, 'exit')
  server.kill()
  await gone
}
