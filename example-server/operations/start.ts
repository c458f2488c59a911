/**
 * Starts the demo: a platform, a customer of it, and another service of the platform, each with an origin of its own.
 *
 *     PLATFORM_PORT=4000 CUSTOMER_PORT=4001 ORDERS_PORT=4002 npm start
 *
 * Those are the defaults; 0 is any free port. Somebody else's site, for an attack to try, has any, or ELSEWHERE_PORT. Projects, keys and the private keys of both are kept in ./.data (DATA_FOLDER).
 * With DATABASE_URL=postgres://localhost/demo projects are kept in PostgreSQL, with REDIS_URL=redis://localhost:6379 used
 * tokens in Redis; with both, WORKERS=4 runs the platform in so many processes.
 */
import { randomBytes } from 'node:crypto'
import { alertEvents } from 'reverse-jwt/observe'
import { createRegistry, recordEvents } from 'reverse-jwt/registry'
import { newConsoleSecrets } from '../console/console-access.js'
import { EventCollector } from '../console/calls/event-collector.js'
import { EventFeed } from '../console/calls/event-feed.js'
import { customerApp } from '../customer.js'
import { ordersApp } from '../orders.js'
import { elsewhereApp } from '../story/elsewhere.js'
import { storyRouter } from '../story/story.js'
import { customerKey, registerDemoShop } from './demo-shop.js'
import {
  CannotStart,
  databaseUrlFrom,
  dataFolderFrom,
  keysPortFrom,
  portFrom,
  redisUrlFrom,
  workersFrom,
} from './environment.js'
import { sessionKey } from './kept-key.js'
import { startKeyHost } from './key-host.js'
import { keySetReads } from './key-sets.js'
import { listen, portOf, stopListening } from './listen.js'
import { startPlatform } from './platform-process.js'
import { openProjectStore } from './project-store.js'
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
  const ordersPort = portFrom('ORDERS_PORT', 4002)
  const elsewherePort = portFrom('ELSEWHERE_PORT', 0)
  const redisUrl = redisUrlFrom()
  const databaseUrl = databaseUrlFrom()
  const dataFolder = dataFolderFrom()
  const workers = workersFrom(redisUrl, databaseUrl)

  const customer = await listen('CUSTOMER_PORT', customerPort)
  // Two host names, because browsers share the cookies of one host among all its ports.
  const customerOrigin = `http://localhost:${portOf(customer)}`
  const orders = await listen('ORDERS_PORT', ordersPort)
  const ordersAddress = `http://127.0.0.1:${portOf(orders)}`
  const elsewhere = await listen('ELSEWHERE_PORT', elsewherePort)
  const elsewhereAddress = `http://127.0.0.1:${portOf(elsewhere)}`
  const { privateKey, file } = await customerKey(dataFolder)
  const keysPort = keysPortFrom()
  const keyHost = keysPort === undefined ? undefined : await startKeyHost(keysPort, dataFolder, privateKey)
  // Here, before there are several processes, of which each would make one.
  await sessionKey(dataFolder)
  const consoleSecrets = newConsoleSecrets()
  const servicesSecret = randomBytes(32).toString('base64url')
  const settings = {
    port,
    redisUrl,
    databaseUrl,
    dataFolder,
    customerOrigin,
    ordersAddress,
    keyHost,
    consoleSecrets,
    servicesSecret,
  }

  const feed = new EventFeed()
  const collector = new EventCollector((batch) => {
    feed.add(batch)
  })
  const { onEvent } = collector

  if (databaseUrl === undefined)
    console.log(`Opening the projects in ${dataFolder} (a new one takes some seconds) ...`)
  const projects = await openProjectStore(databaseUrl, dataFolder)
  const platform = await (
    workers === 1
      ? startPlatform(settings, projects, { feed, onEvent })
      : startWorkers(workers, settings, { feed, collector })
  ).catch(async (error: unknown) => {
    await projects.close()
    throw error
  })
  const platformAddress = platform.address
  const { store } = projects
  const registry = createRegistry({ store, audience: platformAddress, keySets: keySetReads(keyHost) })
  const problem = await registerDemoShop(registry, platformAddress, customerOrigin, {
    privateKey,
    jwksUri: keyHost?.jwksUri,
  })
  const story = storyRouter({ address: customerOrigin, platformAddress, privateKey, feed, elsewhereAddress })
  const frames = [elsewhereAddress]
  customer.on(
    'request',
    customerApp({ address: customerOrigin, platformAddress, ordersAddress, privateKey, story, frames }),
  )
  elsewhere.on('request', elsewhereApp({ address: elsewhereAddress, platformAddress, customerOrigin }))
  // Why that service has refused a call: the console finds it, too.
  const record = recordEvents({ db: projects.db })
  const ofOrders = [onEvent, record.onEvent]
  orders.on(
    'request',
    ordersApp({
      platformAddress: platform.address,
      servicesSecret,
      onEvent: [...ofOrders, alertEvents({ onAlert: ofOrders })],
    }),
  )
  let isStopping = false
  const stop = () => {
    // npm passes on what the terminal has sent already.
    if (isStopping) return
    isStopping = true
    stopListening()
    // Where the database is away at the end, that alone keeps nothing from ending.
    Promise.all([platform.stop(), record.close().catch(() => undefined)])
      .then(projects.close)
      .catch((error: unknown) => {
        console.error('platform', (error as Error).message)
      })
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)

  console.log(`Platform: ${platform.address}`)
  console.log(`Customer: ${customerOrigin}`)
  console.log(`Orders: ${ordersAddress} (another service of the platform)`)
  console.log(`Open ${customerOrigin} in a browser and follow its seven steps; Ctrl+C stops the demo.`)
  if (keyHost !== undefined) {
    console.log(`Key set: ${keyHost.jwksUri}, which is ${keyHost.file}`)
    console.log(
      "  Only this demo lets a key set be on the platform's own machine; a platform leaves allowAddress out.",
    )
  }
  console.log(
    `Console: ${platform.address}/console/ with the password ${consoleSecrets.password} (good for one login)`,
  )
  if (problem !== undefined) console.log(`Demo Shop ${problem} The customer's key is in ${file}.`)
}
