/**
 * The platform. It keeps the public keys of its customers, and accepts each of their tokens once:
 *
 *     GET /api/plain HTTP/1.1
 *     Origin: http://localhost:4001
 *     Authorization: Bearer eyJhbGciOiJFUzI1NiIs...
 */
import express, { type Express, type RequestHandler } from 'express'
import passport from 'passport'
import {
  corsFor,
  createVerifier,
  problemDetails,
  projectOf,
  projectTokenOf,
  reverseJwt,
  ReverseJwtStrategy,
  type VerifierEventListener,
  type KeyStore,
  type OriginSource,
  type ReplayStore,
  type Verifier,
} from 'reverse-jwt'
import { securityHeaders } from './security-headers.js'

export interface PlatformSettings {
  /** Where the platform is. Also its name: the audience of tokens for it. */
  readonly address: string
  /** The projects, with their public keys. */
  readonly keyStore: KeyStore
  /** The tokens that have been used. */
  readonly replayStore: ReplayStore
  /** The origins of all projects. */
  readonly origins: OriginSource
  readonly onEvent: VerifierEventListener | readonly VerifierEventListener[]
  /** What else the platform serves: a front page and a console. */
  readonly pages: RequestHandler
}

export function platformApp(settings: PlatformSettings): Express {
  const { address, keyStore, replayStore, origins, onEvent, pages } = settings
  const app = express()
  // In any other environment Express shows the stack of an error to whoever called.
  app.set('env', 'production')
  // Tells an attacker which software to look for.
  app.disable('x-powered-by')
  app.use(securityHeaders("default-src 'self'"))

  // Before the token is asked for, because a preflight carries none. A refusal needs these headers too, or the page could not
  // read it.
  app.use('/api', corsFor(origins))

  // One verifier for both routes: a token that was used at one of them has been used at the other.
  const verifier = createVerifier({
    audience: address,
    keyStore,
    replayStore,
    // Only pages of other origins call these routes, and with such a call a browser always sends its Origin.
    requireOrigin: true,
    onEvent,
  })
  app.get('/api/plain', reverseJwt({ verifier }), whoCalls)
  app.get('/api/passport', withPassport(verifier), whoCalls)

  app.use(pages)
  // Last: it answers what the routes above have refused.
  app.use(problemDetails())
  return app
}

/**
 * For a platform that uses Passport already. Without `failWithError` Passport would answer itself, and only with
 * "Unauthorized".
 */
function withPassport(verifier: Verifier): RequestHandler {
  const authenticator = new passport.Passport()
  authenticator.use(new ReverseJwtStrategy({ verifier }))
  // A token stands for one request, so there is nothing to keep in a session.
  const options = { session: false, failWithError: true }
  return authenticator.authenticate('reverse-jwt', options) as RequestHandler
}

const whoCalls: RequestHandler = (req, res) => {
  const { id, name } = projectOf(req)
  const { scopes, kid } = projectTokenOf(req)
  const server_time = Math.floor(Date.now() / 1000)
  res.json({ route: req.path, project: { id, name }, scopes, kid, process: process.pid, server_time })
}
