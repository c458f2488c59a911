/** What every server here has: ports, probes, metrics, and an end in good order. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import express from 'express'
import { register } from 'prom-client'

/** So long the proxy has to notice that nothing more is to be sent here. It asks every 2 seconds. */
const drainMs = Number(process.env.DRAIN_MS ?? 5_000)
/** Longer than any answer takes, and shorter than what is left until the container is killed. */
const maxAnswerMs = 10_000

let isStopping = false

/** For probes and for Prometheus. `isReady` says whether calls are to be sent here; the answer does not say why not. */
export function operationsApp(isReady) {
  const app = express()
  app.set('env', 'production')
  app.disable('x-powered-by')
  // That the process answers. A restart repairs no store, so this looks at none.
  app.get('/live', (_req, res) => res.sendStatus(200))
  app.get('/ready', async (_req, res) => {
    res.sendStatus(!isStopping && (await isReady()) ? 200 : 503)
  })
  app.get('/metrics', async (_req, res) => {
    res.type(register.contentType).send(await register.metrics())
  })
  return app
}

/**
 * Serves until it is told to stop: SIGTERM, by Docker, Kubernetes or systemd. A token whose call is cut off is used up, so every call
 * that came in is answered, and only then `close` ends what the answers needed. After that nothing is left, and the process ends.
 */
export async function serve(publicApp, internalApp, close) {
  const servers = await Promise.all([
    listen(publicApp, process.env.PORT ?? 3000),
    listen(internalApp, process.env.OPERATIONS_PORT ?? 3001),
  ])
  const stop = async () => {
    if (isStopping) return
    isStopping = true
    await delay(drainMs)
    const closed = servers.map((server) => once(server, 'close'))
    for (const server of servers) server.close()
    setTimeout(() => {
      for (const server of servers) server.closeAllConnections()
    }, maxAnswerMs).unref()
    await Promise.all(closed)
    await close()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function listen(app, port) {
  const server = createServer((req, res) => {
    // The proxy keeps connections open. One that it goes on using would be cut off in the end.
    if (isStopping) res.setHeader('Connection', 'close')
    app(req, res)
  })
  server.listen(Number(port), process.env.HOST ?? '0.0.0.0')
  await once(server, 'listening')
  return server
}
