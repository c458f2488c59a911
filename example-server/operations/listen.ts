import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CannotStart } from './environment.js'

interface Listening {
  readonly server: Server
  /** How many requests it has not answered yet. */
  owed: number
  isStopping: boolean
}

const all: Listening[] = []

/** An answer waits for a database and a Redis, which have their own time limits; nothing takes longer. */
const maxAnswerMs = 10_000

/** Listens on loopback only: the demo gives a session to whoever opens its page. */
export async function listen(
  variable: string,
  port: number,
  server: Server = createServer(),
): Promise<Server> {
  const listening: Listening = { server, owed: 0, isStopping: false }
  all.push(listening)
  server.on('request', (_req, res) => {
    listening.owed++
    res.once('close', () => {
      listening.owed--
      closeWhenDone(listening)
    })
  })
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

/**
 * Takes no further connection, and gives every answer that it owes; then closes what is left: connections that are idle, or have
 * sent no whole request. After that there is nothing left to do, and the process ends by itself.
 */
export function stopListening(): void {
  for (const listening of all.splice(0)) {
    const { server } = listening
    listening.isStopping = true
    server.close()
    closeWhenDone(listening)
    setTimeout(() => {
      server.closeAllConnections()
    }, maxAnswerMs).unref()
  }
}

function closeWhenDone({ server, owed, isStopping }: Listening): void {
  if (isStopping && owed === 0) server.closeAllConnections()
}
