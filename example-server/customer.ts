/** The customer: its page, and the backend that signs a token for whoever has a session there. */
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

const cookie = 'demo_shop_session'
const mostSessions = 1000

export function customerApp({ address, platformAddress, privateKey }: CustomerSettings): Express {
  const signer = createSigner({
    projectId: 'demo-shop',
    audience: platformAddress,
    privateKey,
    expiresIn: 60,
  })
  const page = readFileSync(join(pageFolder, 'index.html'), 'utf8')
    .replaceAll('%CUSTOMER%', address)
    .replaceAll('%PLATFORM%', platformAddress)
  const sessions = new Set<string>()

  const app = express()
  // Express shows stacks to callers in any other environment.
  app.set('env', 'production')
  app.disable('x-powered-by')
  app.use(securityHeaders(`default-src 'self'; connect-src 'self' ${platformAddress}`))

  app.get('/', (req, res) => {
    // 127.0.0.1 is another origin than localhost, and the platform knows only this one.
    if (`http://${req.headers.host ?? ''}` !== address) {
      res.redirect(address)
      return
    }
    // Stands for the customer's login: here, whoever opens the page is signed in. Over HTTPS the cookie would be Secure too.
    if (!hasSession(req, sessions)) {
      res.cookie(cookie, newSession(sessions), { httpOnly: true, sameSite: 'strict' })
    }
    res.setHeader('Cache-Control', 'no-store')
    res.type('html').send(page)
  })

  // The customer alone decides who may have a token: first its own checks, then the signature.
  app.post('/token', async (req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    if (req.headers.origin !== address) {
      res
        .status(403)
        .json({ code: 'foreign_origin', detail: "Only Demo Shop's own page may ask for a token." })
      return
    }
    if (!hasSession(req, sessions)) {
      res
        .status(401)
        .json({ code: 'no_session', detail: 'You have no session at Demo Shop. Reload the page.' })
      return
    }
    res.json({ token: await signer.sign({ scope: 'portal:read', origin: address }) })
  })

  app.use(express.static(pageFolder, { index: false }))
  return app
}

function newSession(sessions: Set<string>): string {
  const [oldest] = sessions
  if (oldest !== undefined && sessions.size >= mostSessions) sessions.delete(oldest)
  const session = randomBytes(16).toString('base64url')
  sessions.add(session)
  return session
}

function hasSession({ headers }: Request, sessions: ReadonlySet<string>): boolean {
  const cookies = headers.cookie?.split('; ') ?? []
  return cookies.some((pair) => pair.startsWith(`${cookie}=`) && sessions.has(pair.slice(cookie.length + 1)))
}
