import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
import { auth } from 'express-oauth2-jwt-bearer'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { sessionAuth, sessionOf } from '../../lib/session/index.js'
import { answerParent } from '../child.js'
import type { Alg, KeySet } from '../platform.js'
import { sessionIssuer } from './sessions.js'

export type ServiceName = 'bare Express' | 'sessionAuth' | 'jose by hand' | 'express-oauth2-jwt-bearer'

export interface ServiceQuestion {
  readonly start: ServiceName
  readonly alg: Alg
  readonly jwks: KeySet['jwks']
  readonly jwksUri: string
}

/** What stands before the route, and who called by its account. */
interface Service {
  readonly handlers: readonly RequestHandler[]
  readonly projectOf: (request: object) => unknown
}

const services: Record<ServiceName, (question: ServiceQuestion) => Service> = {
  'bare Express': () => ({ handlers: [], projectOf: () => 'shop' }),
  sessionAuth: ({ jwksUri }) => ({
    handlers: [
      sessionAuth({
        issuer: sessionIssuer,
        keys: { jwksUri },
        revocations: { isRevoked: () => false },
      }) as RequestHandler,
    ],
    projectOf: (request) => sessionOf(request).projectId,
  }),
  'jose by hand'({ alg, jwks }) {
    const set = createLocalJWKSet({ keys: [...jwks.keys] as never })
    const options = { algorithms: [alg], audience: sessionIssuer, issuer: sessionIssuer, typ: 'at+jwt' }
    const projects = new WeakMap<object, unknown>()
    const handler: RequestHandler = async (req, res, next) => {
      const [scheme, token] = req.headers.authorization?.split(' ') ?? []
      if (scheme !== 'Bearer' || token === undefined) {
        res.sendStatus(401)
        return
      }
      try {
        projects.set(req, (await jwtVerify(token, set, options)).payload.client_id)
      } catch {
        res.sendStatus(401)
        return
      }
      next()
    }
    return { handlers: [handler], projectOf: (request) => projects.get(request) }
  },
  'express-oauth2-jwt-bearer': ({ jwksUri, alg }) => ({
    handlers: [
      auth({ issuer: sessionIssuer, audience: sessionIssuer, jwksUri, strict: true, tokenSigningAlg: alg }),
    ],
    projectOf: (request) =>
      (request as { auth: { payload: Record<string, unknown> } }).auth.payload.client_id,
  }),
}

answerParent(async (question: ServiceQuestion): Promise<number> => {
  const { handlers, projectOf } = services[question.start](question)
  const app = express()
  app.get('/orders', ...handlers, (req, res) => {
    res.json({ project: projectOf(req) })
  })
  const server = createServer({ keepAliveTimeout: 600_000 }, app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
})
