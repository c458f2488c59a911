/**
 * Another service of the platform, with an origin of its own. It takes the platform's sessions:
 *
 *     GET /orders HTTP/1.1
 *     Origin: http://localhost:4001
 *     Authorization: Bearer eyJhbGciOiJSUzI1NiIs...
 *
 * It knows the platform's address, and no project, no key of one and no used token: who calls, and what for, is in the session.
 * For the platform's portal it keeps which apps get the orders of a project: `GET /apps`, `PUT` and `DELETE /apps/accounting`.
 */
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import { corsFor, problemDetails, projectOf } from 'reverse-jwt'
import {
  createSessionVerifier,
  sessionAuth,
  sessionOf,
  type SessionVerifierEventListener,
} from 'reverse-jwt/session'
import { ConnectedApps } from './connected-apps.js'
import { securityHeaders } from './security-headers.js'

export interface OrdersSettings {
  /** The issuer of the sessions. From there come its public key and the list of ended sessions, too. */
  readonly platformAddress: string
  /** What the platform asks for before it gives that list. */
  readonly servicesSecret: string
  readonly onEvent?: readonly SessionVerifierEventListener[]
}

export function ordersApp({ platformAddress, servicesSecret, onEvent = [] }: OrdersSettings): Express {
  const app = express()
  // In any other environment Express shows the stack of an error to whoever called.
  app.set('env', 'production')
  // Tells an attacker which software to look for.
  app.disable('x-powered-by')
  app.use(securityHeaders("default-src 'none'"))

  // For every page: no browser sends a session by itself, as it sends a cookie, and each is good on pages of its own origin alone.
  app.use(corsFor({ has: () => true }))
  const verifier = createSessionVerifier({
    issuer: platformAddress,
    // Only pages call these routes, and with a call to another origin a browser always sends theirs.
    requireOrigin: true,
    revocations: {
      url: `${platformAddress}/internal/revocations`,
      headers: () => ({ Authorization: `Bearer ${servicesSecret}` }),
      // Seconds. So the demo shows soon what a revocation does; the default is 10.
      interval: 1,
    },
    onEvent,
  })
  const toRead = sessionAuth({ verifier, scope: 'portal:read' })
  const toWrite = sessionAuth({ verifier, scope: 'portal:write' })
  app.get('/orders', toRead, ordersOfCaller)

  const apps = new ConnectedApps()
  app.get('/apps', toRead, (req, res) => {
    const { projectId, embedder, claims } = sessionOf(req)
    const name = claims[`${platformAddress}/project_name`]
    res.json({ project: { id: projectId, name }, embedder, apps: apps.list(projectId) })
  })
  const setting = (isConnected: boolean) => (req: Request<{ id: string }>, res: Response) => {
    const app = apps.set(projectOf(req).id, req.params.id, isConnected)
    if (app === undefined) res.sendStatus(404)
    else res.json(app)
  }
  app.put('/apps/:id', toWrite, setting(true))
  app.delete('/apps/:id', toWrite, setting(false))
  // Last: it answers what the routes above have refused.
  app.use(problemDetails())
  return app
}

const orders = [
  { number: 1041, item: 'Green tea, 250 g', state: 'sent' },
  { number: 1042, item: 'Teapot, 1 l', state: 'packed' },
]

/** What it answers of the caller has been verified. The text of the session is nowhere in it. */
const ordersOfCaller: RequestHandler = (req, res) => {
  const { scopes, expiresAt, claims } = sessionOf(req)
  res.json({ project: projectOf(req).id, scopes, session_ends: expiresAt, orders, claims })
}
