import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { until } from '../helpers/until.js'
import { customersEnvironment } from './command.js'

/** Starts a program of a customer's folder, and waits until it answers at an address. */
export function startServer(
  file: string,
  cwd: string,
  variables: NodeJS.ProcessEnv,
  address: string,
): Promise<ChildProcess> {
  return startProgram([process.execPath, file], cwd, variables, address)
}

/** The same with a program that need not be in Node. */
export async function startProgram(
  [program = '', ...args]: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv,
  address: string,
): Promise<ChildProcess> {
  const env = customersEnvironment(variables)
  const server = spawn(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const name = args.at(-1) ?? program
  let stderr = ''
  server.stderr.on('data', (text) => (stderr += String(text)))
  await until(`${name} answers at ${address}`, () => {
    if (server.exitCode !== null) throw new Error(`${name} ended: ${stderr}`)
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
