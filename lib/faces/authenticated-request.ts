import type { Authentication, Project, ProjectToken, RequestLike, ResponseLike } from '../types.js'

/** What a face writes on the request. */
interface AuthenticatedRequest {
  project?: Project
  projectToken?: ProjectToken
}

/** Hands on who called. The answer is for one project and one request, unless the handler says otherwise. */
export function attach(
  request: RequestLike & AuthenticatedRequest,
  response: Pick<ResponseLike, 'headersSent' | 'setHeader'> | undefined,
  authentication: Authentication,
): void {
  // A timeout may have answered meanwhile.
  if (response?.headersSent === false) response.setHeader('Cache-Control', 'no-store')
  request.project = authentication.project
  request.projectToken = authentication.projectToken
}

/**
 * The project that this request was authenticated as.
 *
 *     { "id": "shop", "issuer": "shop", "allowedOrigins": ["https://shop.example"], "suspended": false }
 *
 * Throws an Error where nothing was authenticated: the route is not behind `reverseJwt` or `ReverseJwtStrategy`, or is
 * behind one with `optional: true` and the request came without a token.
 *
 * @example
 * app.get('/portal', (req, res) => res.json({ id: projectOf(req).id }))
 */
export function projectOf(request: object): Project {
  return authenticated((request as AuthenticatedRequest).project, 'project')
}

/**
 * The verified token of this request: `{ header, claims, scopes, kid }`. Never its text. Throws like `projectOf`.
 *
 * @example
 * app.get('/portal', (req, res) => res.json({ scopes: projectTokenOf(req).scopes }))
 */
export function projectTokenOf(request: object): ProjectToken {
  return authenticated((request as AuthenticatedRequest).projectToken, 'projectToken')
}

function authenticated<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value
  throw new Error(
    `This request has no ${name}. Mount reverseJwt() or passport.authenticate('reverse-jwt') before this handler; behind optional: true, look at req.${name} first.`,
  )
}
