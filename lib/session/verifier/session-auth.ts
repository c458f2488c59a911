import { authenticating } from '../../faces/authenticating.js'
import { flag, objectWith, unchecked } from '../../options/kinds.js'
import { optionsReader, type OptionsOf } from '../../options/options.js'
import type { NextFunction, RequestLike, ResponseLike } from '../../types.js'
import { requestRules, rulesOf } from '../../verify/options.js'
import { sessionVerifierOptions, type SessionVerifierOptions } from './options.js'
import { attachSession } from './session-request.js'
import { sessionVerifierWith, type SessionVerifier } from './session-verifier.js'

/** What the middleware adds to a verifier of sessions. */
export interface SessionFaceOptions {
  /** Let requests without any credentials pass, unauthenticated. A bad session is refused all the same. Default false. */
  readonly optional?: boolean
  /** A scope, or several, that the session must grant: all of them. */
  readonly scope?: string | readonly string[]
}

/** A verifier of sessions with the options of the middleware, or the options of both. */
export type SessionAuthOptions = SessionFaceOptions &
  (
    | ({ readonly verifier: SessionVerifier } & { readonly [name in keyof SessionVerifierOptions]?: never })
    | (SessionVerifierOptions & { readonly verifier?: never })
  )

const faceOptions = { optional: flag, scope: requestRules.scope } satisfies OptionsOf<SessionFaceOptions>
const readWithVerifier = optionsReader('sessionAuth', {
  ...faceOptions,
  verifier: objectWith<SessionVerifier>(
    ['authenticate', 'ready', 'close'],
    'what createSessionVerifier returns',
  ),
})
const readWithOptions = optionsReader('sessionAuth', {
  ...faceOptions,
  ...sessionVerifierOptions,
  // Named, so that a misspelled one is understood.
  verifier: unchecked,
})

/**
 * Express middleware for a service of the platform: lets a request pass when it carries a good session, and sets `req.project` to
 * `{ id }` and `req.projectSession`. So `projectOf(req).id` works behind both faces.
 *
 *     GET /orders HTTP/1.1
 *     Origin: https://shop.example
 *     Authorization: Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIs...
 *
 * The service needs to know the issuer's address alone. A refusal goes to `next(error)` with `status` and `headers`, and
 * `problemDetails()` adds a JSON body; each 401 has `retry: "fresh-token"`, for the page can exchange a new project token. A CORS
 * preflight is answered 204: mount CORS before. `Cache-Control: no-store` is set before the handler, who may override it.
 *
 * Takes the options of `createSessionVerifier`, or `{ verifier }` with one. Throws a TypeError for a wrong option. RFC 6750.
 *
 * @example
 * app.use('/orders', sessionAuth({
 *   issuer: 'https://platform.example',
 *   revocations: { url: 'https://platform.example/internal/revocations' },
 * }))
 * app.get('/orders', (req, res) => res.json({ project: sessionOf(req).projectId }))
 * app.use(problemDetails())
 */
export function sessionAuth(
  options: SessionAuthOptions,
): (req: RequestLike, res: ResponseLike, next: NextFunction) => void {
  const { verifier, optional, scope } = readSessionAuthOptions(options)
  const rules = rulesOf({ tokenFrom: ['header'], scope, face: 'session', optional })
  const pass = authenticating({
    authenticate: (req) => verifier.authenticate(req, rules),
    attach: attachSession,
    optional,
  })
  return function sessionAuth(req, res, next) {
    pass(req, res, next)
  }
}

function readSessionAuthOptions(given: unknown) {
  refuseMistakes(given)
  if ('verifier' in given) {
    const names = Object.keys(given).filter((name) => Object.hasOwn(sessionVerifierOptions, name))
    if (names.length > 0)
      throw new TypeError(
        `sessionAuth: ${String(names[0])} belongs to createSessionVerifier when verifier is given`,
      )
    return readWithVerifier(given)
  }
  const { optional, scope, ...settings } = readWithOptions(given)
  return { optional, scope, verifier: sessionVerifierWith(settings) }
}

/** What is given instead of options, by who forgot a call or a pair of braces. */
function refuseMistakes(given: unknown): asserts given is object {
  if (typeof given !== 'object' || given === null)
    throw new TypeError('sessionAuth takes an object: { verifier }, or issuer and what else is known of it')
  if ('headers' in given)
    throw new TypeError(
      'sessionAuth: headers is of a request; call sessionAuth({ ... }) and mount what it returns',
    )
  if ('authenticate' in given) throw new TypeError('sessionAuth: verifier must be named: { verifier }')
}
