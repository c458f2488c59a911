import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CannotStart } from './environment.js'

const servers: Server[] = []

/** Listens on loopback only: the demo gives a session to whoever opens its page. */
export async function listen(variable: string, port: number): Promise<Server> {
  const server = createServer()
  servers.push(server)
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code ?? 'unknown reason'})`
    throw new CannotStart(
      `Port ${port} ${why}. Choose another one with ${variable}, for example ${variable}=0 npm start for any free port.`,
    )
  }
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Lets answers on their way out finish; then there is nothing left to do, and the process ends by itself. */
export function stopListening(): void {
  for (const server of servers.splice(0)) {
    server.close()
    setTimeout(() => {
      server.closeAllConnections()
    }, 500).unref()
  }
}
