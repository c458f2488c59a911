import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import express, { type ErrorRequestHandler } from 'express'
import { answerParent } from '../child.js'
import { mainThreadCpu } from '../interleave.js'
import type { HttpContestantName } from './contestants.js'
import type { Protection, Setup } from './setup.js'

export type ServerQuestion =
  | { readonly start: HttpContestantName; readonly setup: Setup }
  | { readonly begin: true }
  | { readonly end: true }

/** What the process spent since `begin`. Nanoseconds, and milliseconds of delay. */
export interface Spent {
  readonly main: number
  readonly cpu: number
  readonly delay: number
}

type Protect = (setup: Setup) => Protection | Promise<Protection>

/** A process loads those of one kind alone: half a second of others' imports would be spent in each. */
const protections: Record<HttpContestantName, () => Promise<Protect>> = {
  'bare Express': async () => (await import('./yardsticks.js')).bare,
  'node:crypto, pool': async () => (await import('./yardsticks.js')).poolByHand,
  'reverse-jwt': async () => (await import('./ours.js')).ourMiddleware,
  'reverse-jwt, Redis': async () => (await import('./ours.js')).ourMiddlewareWithRedis,
  'reverse-jwt, Passport': async () => (await import('./ours.js')).ourStrategy,
  'express-jwt': async () => (await import('./peers.js')).expressJwt,
  'passport-jwt': async () => (await import('./peers.js')).passportJwt,
  'express-oauth2-jwt-bearer': async () => (await import('./peers.js')).expressOauth2JwtBearer,
  'jose + Map': async () => (await import('./peers.js')).joseByHand,
}

const delay = monitorEventLoopDelay({ resolution: 1 })
let main = 0
let cpu = process.cpuUsage()

answerParent(async (question: ServerQuestion): Promise<number | Spent> => {
  if ('start' in question) {
    const protect = await protections[question.start]()
    return listen(await protect(question.setup))
  }
  if ('begin' in question) {
    delay.reset()
    delay.enable()
    cpu = process.cpuUsage()
    main = mainThreadCpu()
    return 0
  }
  const spent = { main: mainThreadCpu() - main, cpu: 0, delay: delay.percentile(99) / 1e6 }
  const { user, system } = process.cpuUsage(cpu)
  delay.disable()
  return { ...spent, cpu: (user + system) * 1e3 }
})

/** One protected route. Resolves to the port. */
async function listen({ handlers, projectOf }: Protection): Promise<number> {
  const app = express()
  app.get('/embed/portal', ...handlers, (req, res) => {
    res.json({ project: projectOf(req) })
  })
  const refuse: ErrorRequestHandler = (error: { readonly status?: number }, _, res, next) => {
    if (res.headersSent) next(error)
    else res.sendStatus(error.status ?? 500)
  }
  app.use(refuse)
  const server = createServer({ keepAliveTimeout: 600_000 }, app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
