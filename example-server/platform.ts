/** The platform: it holds its customers' public keys, and answers each of their tokens once. */
import cors from 'cors'
import express, { type Express, type RequestHandler } from 'express'
import passport from 'passport'
import {
  createVerifier,
  problemDetails,
  projectOf,
  projectTokenOf,
  reverseJwt,
  ReverseJwtStrategy,
  type VerifierEventListener,
  type KeyStore,
  type ReplayStore,
} from 'reverse-jwt'
import type { AllowedOrigins } from './allowed-origins.js'
import { pageFolder } from './page-folder.js'
import { securityHeaders } from './security-headers.js'

export interface PlatformSettings {
  /** Where the platform is. Also its name: the audience of tokens for it. */
  readonly address: string
  /** Of the customer that the front page leads to. */
  readonly customerOrigin: string
  readonly keyStore: KeyStore
  /** Of all projects. */
  readonly origins: Pick<AllowedOrigins, 'has'>
  readonly replayStore: ReplayStore
  readonly onEvent: VerifierEventListener | readonly VerifierEventListener[]
  readonly adminConsole: RequestHandler
}

export function platformApp(settings: PlatformSettings): Express {
  const { address, customerOrigin, keyStore, origins, replayStore, onEvent, adminConsole } = settings
  // One verifier for both routes: a token that was used at one of them has been used at the other.
  const verifier = createVerifier({
    audience: address,
    keyStore,
    replayStore,
    requireOrigin: true,
    onEvent,
  })
  const passports = new passport.Passport()
  passports.use(new ReverseJwtStrategy({ verifier }))
  const passportRoute = passports.authenticate('reverse-jwt', {
    session: false,
    failWithError: true,
  }) as RequestHandler

  const app = express()
  // Express shows stacks to callers in any other environment.
  app.set('env', 'production')
  app.disable('x-powered-by')
  app.use(securityHeaders("default-src 'self'"))
  // Before authentication, for a preflight carries no token; and around refusals, or the page could not read them.
  app.use(
    '/api',
    cors({
      origin: (origin, allow) => {
        // A list, also when it is empty: the answer then says that it depends on the Origin.
        allow(null, origin !== undefined && origins.has(origin) ? [origin] : [])
      },
      methods: ['GET'],
      allowedHeaders: ['Authorization'],
      exposedHeaders: ['WWW-Authenticate'],
    }),
  )
  app.get('/api/plain', reverseJwt({ verifier }), whoCalls)
  app.get('/api/passport', passportRoute, whoCalls)
  app.get('/', (_req, res) => {
    res.send(frontPage(customerOrigin))
  })
  app.get(['/page.css', '/theme.css', '/icon.svg'], (req, res) => {
    res.sendFile(req.path, { root: pageFolder })
  })
  app.use('/console', adminConsole)
  app.use(problemDetails())
  return app
}

const whoCalls: RequestHandler = (req, res) => {
  const { id, name } = projectOf(req)
  const { scopes, kid } = projectTokenOf(req)
  res.setHeader('Cache-Control', 'no-store')
  res.json({
    route: req.path,
    project: { id, name },
    scopes,
    kid,
    process: process.pid,
    server_time: Math.floor(Date.now() / 1000),
  })
}

function frontPage(customerOrigin: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>The platform</title>
    <link rel="stylesheet" href="/page.css" />
    <link rel="icon" href="/icon.svg" />
  </head>
  <body>
    <main class="note">
      <h1>This is the platform.</h1>
      <p>It keeps the public keys of its projects and answers <code>/api/plain</code> and <code>/api/passport</code>, once for each token.</p>
      <p>Tokens come from its customer: <a href="${customerOrigin}/">open Demo Shop</a>. Whoever runs the platform has a <a href="/console/">console</a>.</p>
    </main>
  </body>
</html>
`
}
