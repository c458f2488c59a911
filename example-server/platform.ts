/**
 * The platform. It keeps the public keys of its customers, and accepts each of their tokens once:
 *
 *     GET /api/plain HTTP/1.1
 *     Origin: http://localhost:4001
 *     Authorization: Bearer eyJhbGciOiJFUzI1NiIs...
 *
 * For a page that calls often it exchanges a token for a session, which its other services take, too: `orders.ts` is one. Customers'
 * pages can open its portal, `portal/portal.ts`, in a frame or a popup.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
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
import {
  createSessionIssuer,
  type RevocationStore,
  type SessionIssuerEventListener,
} from 'reverse-jwt/session'
import { clientFolder } from './page-folder.js'
import { portalRouter } from './portal/portal.js'
import { securityHeaders } from './security-headers.js'

export interface PlatformSettings {
  /** Where the platform is. Also its name: the audience of tokens for it. */
  readonly address: string
  /** The projects, with their public keys. */
  readonly keyStore: KeyStore
  /** The tokens that have been used. */
  readonly replayStore: ReplayStore
  /** The origins of all projects: whose pages may call, and whose may show the portal. */
  readonly origins: OriginSource & { readonly framing: OriginSource }
  /** PEM. The platform's own key, which signs its sessions: the same in all its processes. */
  readonly sessionKey: string
  /** The sessions that have ended early, as those of revoked keys. */
  readonly revocations: RevocationStore
  /** Another service of the platform, which the portal calls. */
  readonly ordersAddress: string
  /** What only the platform's other services know. */
  readonly servicesSecret: string
  readonly onEvent: VerifierEventListener | readonly VerifierEventListener[]
  /** Told of sessions that are issued, that end early, and that could not be made. */
  readonly onSessionEvent: SessionIssuerEventListener | readonly SessionIssuerEventListener[]
  /** What else the platform serves: a front page and a console. */
  readonly pages: RequestHandler
}

export function platformApp(settings: PlatformSettings): Express {
  const { address, keyStore, replayStore, origins, sessionKey, revocations, servicesSecret } = settings
  const app = express()
  // In any other environment Express shows the stack of an error to whoever called.
  app.set('env', 'production')
  // Tells an attacker which software to look for.
  app.disable('x-powered-by')
  app.use(securityHeaders("default-src 'self'"))

  // Before the token is asked for, because a preflight carries none. A refusal needs these headers too, or the page could not
  // read it.
  app.use(['/api', '/oauth'], corsFor(origins))

  // One verifier for all routes: a token that was used at one of them has been used at the others.
  const verifier = createVerifier({
    audience: address,
    keyStore,
    replayStore,
    // Only pages of other origins call these routes, and with such a call a browser always sends its Origin.
    requireOrigin: true,
    onEvent: settings.onEvent,
  })
  app.get('/api/plain', reverseJwt({ verifier }), whoCalls)
  app.get('/api/passport', withPassport(verifier), whoCalls)

  const issuer = createSessionIssuer({
    issuer: address,
    verifier,
    signingKeys: [{ privateKey: sessionKey }],
    revocations,
    // The portal exchanges the token of the page that opened it, which must be one of the project's. Only this platform's own
    // script is served here.
    ownOrigins: [address],
    // So that the other services can show it: they know no projects.
    claims: ({ project }) => ({ [`${address}/project_name`]: project.name }),
    onEvent: settings.onSessionEvent,
  })
  app.post('/oauth/token', issuer.tokenEndpoint())
  app.post('/oauth/revoke', issuer.revocationEndpoint())
  // All that another service needs: the public half of the key, and where it is.
  app.use(issuer.wellKnown())
  // It names projects, so it is not for everybody.
  app.get('/internal/revocations', onlyServices(servicesSecret), issuer.revocationList())

  app.use('/reverse-jwt', express.static(clientFolder))
  app.use('/portal', portalRouter({ ordersAddress: settings.ordersAddress, framing: origins.framing }))
  app.use(settings.pages)
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

/** Lets pass whoever knows the secret. A platform with a network of its own needs none: it mounts the route there alone. */
function onlyServices(secret: string): RequestHandler {
  const right = hashOf(`Bearer ${secret}`)
  return (req, res, next) => {
    // How long that takes says nothing of the secret.
    if (timingSafeEqual(hashOf(req.headers.authorization ?? ''), right)) next()
    else res.sendStatus(403)
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

const whoCalls: RequestHandler = (req, res) => {
  const { id, name } = projectOf(req)
  const { scopes, kid } = projectTokenOf(req)
  const server_time = Math.floor(Date.now() / 1000)
  res.json({ route: req.path, project: { id, name }, scopes, kid, process: process.pid, server_time })
}
