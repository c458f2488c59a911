/**
 * The customer: a page, and the backend that signs a token for whoever has a session there:
 *
 *     POST /token HTTP/1.1
 *     Origin: http://localhost:4001
 *     Content-Type: application/json
 *     Cookie: demo_shop_session=...
 *
 *     { "token": "eyJhbGciOiJFUzI1NiIs..." }
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Express, type Request, type RequestHandler } from 'express'
import { createSigner, tokenEndpoint } from 'reverse-jwt/customer'
import { clientFolder, pageFolder } from './page-folder.js'
import { securityHeaders } from './security-headers.js'

export interface CustomerSettings {
  /** Where the customer is: its origin. */
  readonly address: string
  readonly platformAddress: string
  /** Another service of the platform, which the page calls, too. */
  readonly ordersAddress: string
  /** PEM. It never leaves this backend. */
  readonly privateKey: string
  /** How the demo shows all that, for visitors. No real customer has it. */
  readonly story?: RequestHandler
  /** What the page shows in frames besides the platform's portal. */
  readonly frames?: readonly string[]
}

export function customerApp(settings: CustomerSettings): Express {
  const { address, platformAddress, ordersAddress, privateKey, story, frames = [] } = settings
  const signer = createSigner({
    projectId: 'demo-shop',
    audience: platformAddress,
    privateKey,
    // Seconds. The page uses a token at once; whoever copies one has so long to be first.
    expiresIn: 60,
  })
  const visitors = new Map<string, number>()

  const app = express()
  // In any other environment Express shows the stack of an error to whoever called.
  app.set('env', 'production')
  // Tells an attacker which software to look for.
  app.disable('x-powered-by')
  // The page calls both, and shows the platform's portal in a frame.
  const connections = `connect-src 'self' ${platformAddress} ${ordersAddress}`
  app.use(
    securityHeaders(
      `default-src 'self'; ${connections}; frame-src ${[platformAddress, ...frames].join(' ')}`,
    ),
  )

  // The customer alone decides who may have a token. The endpoint looks at which page asks, and signs for use from there alone.
  app.post(
    '/token',
    tokenEndpoint({
      signer,
      origins: [address],
      authorize: (req: Request) => {
        const visitor = visitorOf(req, visitors)
        if (visitor === undefined) return undefined
        // No more than its visitors may do. Each page asks for what it needs of it.
        return { subject: visitor, scope: 'portal:read portal:write' }
      },
    }),
  )

  app.use('/reverse-jwt', express.static(clientFolder))

  const page = readFileSync(join(pageFolder, 'index.html'), 'utf8')
    .replaceAll('%CUSTOMER%', address)
    .replaceAll('%PLATFORM%', platformAddress)
    .replaceAll('%ORDERS%', ordersAddress)
  app.get('/', (req, res) => {
    // 127.0.0.1 is another origin than localhost, and the platform knows only this one.
    if (`http://${req.headers.host ?? ''}` !== address) {
      res.redirect(address)
      return
    }
    // Stands for the customer's login: here, whoever opens the page is signed in.
    if (visitorOf(req, visitors) === undefined) {
      // No script reads it, and no other site sends it. Over HTTPS it would be Secure too.
      res.cookie(cookieName, newSession(visitors), { httpOnly: true, sameSite: 'strict' })
    }
    // A window that opens this page cannot reach it. A popup that this page opens can; under same-origin it would be cut off.
    res.setHeader('Cross-Origin-Opener-Policy', 'same-origin-allow-popups')
    // A copy out of a cache would come without a session.
    res.setHeader('Cache-Control', 'no-store')
    res.type('html').send(page)
  })
  app.use(express.static(pageFolder, { index: false }))
  if (story !== undefined) {
    app.use('/story', (req, res, next) => {
      if (visitorOf(req, visitors) === undefined) res.sendStatus(401)
      else story(req, res, next)
    })
  }
  return app
}

const cookieName = 'demo_shop_session'
/** Each visitor without a cookie gets a session, so without a bound they would fill the memory. */
const maxSessions = 1000
let lastVisitor = 0

function newSession(visitors: Map<string, number>): string {
  const [oldest] = visitors.keys()
  if (oldest !== undefined && visitors.size >= maxSessions) visitors.delete(oldest)
  // 128 bits, which nobody guesses.
  const session = randomBytes(16).toString('base64url')
  visitors.set(session, (lastVisitor += 1))
  return session
}

function visitorOf({ headers }: Request, visitors: ReadonlyMap<string, number>): number | undefined {
  const prefix = `${cookieName}=`
  const cookie = headers.cookie?.split('; ').find((pair) => pair.startsWith(prefix))
  return visitors.get(cookie?.slice(prefix.length) ?? '')
}
