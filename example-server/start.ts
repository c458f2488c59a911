/**
 * Starts the demo: a platform and a customer of it, each with an origin of its own.
 *
 *     PLATFORM_PORT=4000 CUSTOMER_PORT=4001 npm start
 *
 * Those are the defaults; 0 is any free port. With REDIS_URL=redis://localhost:6379 used tokens are remembered there, and
 * WORKERS=4 runs the platform in so many processes. All else is in memory and ends with the process.
 */
import { generateProjectKey } from 'reverse-jwt/client'
import { customerApp } from './customer.js'
import { CannotStart, portFrom, redisUrlFrom, workersFrom } from './environment.js'
import { listen, portOf, stopListening } from './listen.js'
import { startPlatform } from './platform-process.js'
import { startWorkers } from './workers.js'

try {
  await start()
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  console.error(error.message)
  process.exitCode = 1
  stopListening()
}

async function start(): Promise<void> {
  const port = portFrom('PLATFORM_PORT', 4000)
  const customerPort = portFrom('CUSTOMER_PORT', 4001)
  const redisUrl = redisUrlFrom()
  const workers = workersFrom(redisUrl)
  // The one moment at which both halves are in one place. A real customer makes the pair and sends only the public half.
  const { privateKey, publicJwk } = await generateProjectKey()

  const customer = await listen('CUSTOMER_PORT', customerPort)
  // Two host names, because browsers share the cookies of one host among all its ports.
  const customerOrigin = `http://localhost:${portOf(customer)}`
  const settings = { port, redisUrl, customerOrigin, publicJwk }
  const platform = await (workers === 1 ? startPlatform(settings) : startWorkers(workers, settings))
  customer.on(
    'request',
    customerApp({ address: customerOrigin, platformAddress: platform.address, privateKey }),
  )
  const stop = () => {
    platform.stop()
    stopListening()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)

  console.log(`Platform: ${platform.address}`)
  console.log(`Customer: ${customerOrigin}`)
  console.log(`Open ${customerOrigin} in a browser and press the button; Ctrl+C stops the demo.`)
}
