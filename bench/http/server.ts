import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import express, { type ErrorRequestHandler } from 'express'
import { answerParent } from '../child.js'
import { mainThreadCpu } from '../interleave.js'
import type { HttpContestantName } from './contestants.js'
import { ourMiddleware, ourMiddlewareWithRedis, ourStrategy } from './ours.js'
import { expressJwt, expressOauth2JwtBearer, joseByHand, passportJwt } from './peers.js'
import type { Protection, Setup } from './setup.js'
import { bare, poolByHand } from './yardsticks.js'

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

const protections: Record<HttpContestantName, (setup: Setup) => Protection | Promise<Protection>> = {
  'bare Express': bare,
  'node:crypto, pool': poolByHand,
  'reverse-jwt': ourMiddleware,
  'reverse-jwt, Redis': ourMiddlewareWithRedis,
  'reverse-jwt, Passport': ourStrategy,
  'express-jwt': expressJwt,
  'passport-jwt': passportJwt,
  'express-oauth2-jwt-bearer': expressOauth2JwtBearer,
  'jose + Map': joseByHand,
}

const delay = monitorEventLoopDelay({ resolution: 1 })
let main = 0
let cpu = process.cpuUsage()

answerParent(async (question: ServerQuestion): Promise<number | Spent> => {
  if ('start' in question) return listen(await protections[question.start](question.setup))
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
