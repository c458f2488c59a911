/**
 * Starts the demo: a platform and a customer of it, each with an origin of its own.
 *
 *     PLATFORM_PORT=4000 CUSTOMER_PORT=4001 npm start
 *
 * Those are the defaults; 0 is any free port. Everything is in memory and ends with the process.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateProjectKey } from 'reverse-jwt/client'
import { customerApp } from './customer.js'
import { platformApp } from './platform.js'

/** Something that whoever starts the demo can mend: one line that says how. */
class CannotStart extends Error {}

const servers: Server[] = []

try {
  await start()
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  console.error(error.message)
  process.exitCode = 1
  stop()
}

async function start(): Promise<void> {
  const platformPort = portFrom('PLATFORM_PORT', 4000)
  const customerPort = portFrom('CUSTOMER_PORT', 4001)
  // The one moment at which both halves are in one place. A real customer makes the pair and sends only the public half.
  const { privateKey, publicJwk } = await generateProjectKey()

  const platform = await listen('PLATFORM_PORT', platformPort)
  const customer = await listen('CUSTOMER_PORT', customerPort)
  // Two host names, because browsers share the cookies of one host among all its ports.
  const platformAddress = `http://127.0.0.1:${portOf(platform)}`
  const customerAddress = `http://localhost:${portOf(customer)}`
  platform.on(
    'request',
    platformApp({
      address: platformAddress,
      customerOrigin: customerAddress,
      publicJwk,
      // An event holds no token and no key, so it may be logged.
      onEvent: (event) => {
        console.log('platform', JSON.stringify(event))
      },
    }),
  )
  customer.on('request', customerApp({ address: customerAddress, platformAddress, privateKey }))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)

  console.log(`Platform: ${platformAddress}`)
  console.log(`Customer: ${customerAddress}`)
  console.log(`Open ${customerAddress} in a browser and press the button; Ctrl+C stops the demo.`)
}

function portFrom(variable: string, usual: number): number {
  const text = process.env[variable] ?? String(usual)
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new CannotStart(
    `${variable} is ${JSON.stringify(text)}, which is not a port. Set it to a number from 0 to 65535 (0 = any free port), or leave it out.`,
  )
}

/** Listens on loopback only: the demo gives a session to whoever opens its page. */
async function listen(variable: string, port: number): Promise<Server> {
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

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Lets answers on their way out finish; then there is nothing left to do, and the process ends by itself. */
function stop(): void {
  for (const server of servers) {
    server.close()
    setTimeout(() => {
      server.closeAllConnections()
    }, 500).unref()
  }
}
