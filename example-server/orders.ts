/**
 * Another service of the platform, with an origin of its own. It takes the platform's sessions:
 *
 *     GET /orders HTTP/1.1
 *     Origin: http://localhost:4001
 *     Authorization: Bearer eyJhbGciOiJSUzI1NiIs...
 *
 * It knows the platform's address, and no project, no key of one and no used token: who calls, and what for, is in the session.
 */
import express, { type Express, type RequestHandler } from 'express'
import { corsFor, problemDetails, projectOf } from 'reverse-jwt'
import { sessionAuth, sessionOf } from 'reverse-jwt/session'
import { securityHeaders } from './security-headers.js'

export interface OrdersSettings {
  /** The issuer of the sessions. From there come its public key and the list of ended sessions, too. */
  readonly platformAddress: string
  /** What the platform asks for before it gives that list. */
  readonly servicesSecret: string
}

export function ordersApp({ platformAddress, servicesSecret }: OrdersSettings): Express {
  const app = express()
  // In any other environment Express shows the stack of an error to whoever called.
  app.set('env', 'production')
  // Tells an attacker which software to look for.
  app.disable('x-powered-by')
  app.use(securityHeaders("default-src 'none'"))

  // For every page: no browser sends a session by itself, as it sends a cookie, and each is good on pages of its own origin alone.
  app.use(corsFor({ has: () => true }))
  app.get(
    '/orders',
    sessionAuth({
      issuer: platformAddress,
      scope: 'portal:read',
      // Only pages call this route, and with a call to another origin a browser always sends theirs.
      requireOrigin: true,
      revocations: {
        url: `${platformAddress}/internal/revocations`,
        headers: () => ({ Authorization: `Bearer ${servicesSecret}` }),
        // Seconds. So the demo shows soon what a revocation does; the default is 10.
        interval: 1,
      },
    }),
    ordersOfCaller,
  )
  // Last: it answers what the route above has refused.
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
