/**
 * The customer: a page, and the backend that signs a token for whoever has a session there:
 *
 *     POST /token HTTP/1.1
 *     Origin: http://localhost:4001
 *     Cookie: demo_shop_session=...
 *
 *     { "token": "eyJhbGciOiJFUzI1NiIs..." }
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Express, type Request } from 'express'
import { createSigner } from 'reverse-jwt/customer'
import { pageFolder } from './page-folder.js'
import { securityHeaders } from './security-headers.js'

export interface CustomerSettings {
  /** Where the customer is: its origin. */
  readonly address: string
  readonly platformAddress: string
  /** PEM. It never leaves this backend. */
  readonly privateKey: string
}

export function customerApp({ address, platformAddress, privateKey }: CustomerSettings): Express {
  const signer = createSigner({
    projectId: 'demo-shop',
    audience: platformAddress,
    privateKey,
    // Seconds. The page uses a token at once; whoever copies one has so long to be first.
    expiresIn: 60,
  })
  const sessions = new Set<string>()

  const app = express()
  // In any other environment Express shows the stack of an error to whoever called.
  app.set('env', 'production')
  // Tells an attacker which software to look for.
  app.disable('x-powered-by')
  app.use(securityHeaders(`default-src 'self'; connect-src 'self' ${platformAddress}`))

  // The customer alone decides who may have a token: first its own checks, then the signature.
  app.post('/token', async (req, res) => {
    // A token out of a cache has been used.
    res.setHeader('Cache-Control', 'no-store')
    // A cookie comes along with what other pages of this host send; the Origin says whose page it was.
    if (req.headers.origin !== address) {
      const detail = "Only Demo Shop's own page may ask for a token."
      res.status(403).json({ code: 'foreign_origin', detail })
      return
    }
    if (!hasSession(req, sessions)) {
      const detail = 'You have no session at Demo Shop. Reload the page.'
      res.status(401).json({ code: 'no_session', detail })
      return
    }
    // No more than this page needs: one of the project's scopes, and calls from this origin.
    res.json({ token: await signer.sign({ scope: 'portal:read', origin: address }) })
  })

  const page = readFileSync(join(pageFolder, 'index.html'), 'utf8')
    .replaceAll('%CUSTOMER%', address)
    .replaceAll('%PLATFORM%', platformAddress)
  app.get('/', (req, res) => {
    // 127.0.0.1 is another origin than localhost, and the platform knows only this one.
    if (`http://${req.headers.host ?? ''}` !== address) {
      res.redirect(address)
      return
    }
    // Stands for the customer's login: here, whoever opens the page is signed in.
    if (!hasSession(req, sessions)) {
      // No script reads it, and no other site sends it. Over HTTPS it would be Secure too.
      res.cookie(cookieName, newSession(sessions), { httpOnly: true, sameSite: 'strict' })
    }
    // A copy out of a cache would come without a session.
    res.setHeader('Cache-Control', 'no-store')
    res.type('html').send(page)
  })
  app.use(express.static(pageFolder, { index: false }))
  return app
}

const cookieName = 'demo_shop_session'
/** Each visitor without a cookie gets a session, so without a bound they would fill the memory. */
const maxSessions = 1000

function newSession(sessions: Set<string>): string {
  const [oldest] = sessions
  if (oldest !== undefined && sessions.size >= maxSessions) sessions.delete(oldest)
  // 128 bits, which nobody guesses.
  const session = randomBytes(16).toString('base64url')
  sessions.add(session)
  return session
}

function hasSession({ headers }: Request, sessions: ReadonlySet<string>): boolean {
  const prefix = `${cookieName}=`
  const cookies = headers.cookie?.split('; ') ?? []
  return cookies.some((pair) => pair.startsWith(prefix) && sessions.has(pair.slice(prefix.length)))
}
