import { isIdentifier } from '../../protocol.js'
import type { Project, ProjectSession, RequestLike, ResponseLike } from '../../types.js'

/** What `sessionAuth` writes on the request. */
interface SessionRequest {
  project?: Project
  projectSession?: ProjectSession
}

/** Hands on whose session it is. The answer is for one project and one request, unless the handler says otherwise. */
export function attachSession(
  request: RequestLike & SessionRequest,
  response: Pick<ResponseLike, 'headersSent' | 'setHeader'>,
  session: ProjectSession,
): void {
  // A verifier of another kind would let a handler answer for a project that nobody has named.
  if (!isIdentifier((session as Partial<ProjectSession> | undefined)?.projectId))
    throw new TypeError(
      'sessionAuth: verifier gave what is no session; give what createSessionVerifier returns',
    )
  // A timeout may have answered meanwhile.
  if (!response.headersSent) response.setHeader('Cache-Control', 'no-store')
  request.project = Object.freeze({ id: session.projectId })
  request.projectSession = session
}

/**
 * The verified session of this request. Never its text. Times are epoch seconds.
 *
 *     { "id": "0ee70ce5-...", "projectId": "shop", "kid": "key-1", "scopes": ["portal:read"], "origin": "https://shop.example",
 *       "issuedAt": 1790000000, "expiresAt": 1790000600, "claims": { "iss": "https://platform.example", ... } }
 *
 * Throws an Error where there is none: the route is not behind `sessionAuth`, or is behind one with `optional: true` and the request
 * came without a session.
 *
 * @example
 * app.get('/orders', (req, res) => res.json({ project: sessionOf(req).projectId }))
 */
export function sessionOf(request: object): ProjectSession {
  const { projectSession } = request as SessionRequest
  if (projectSession !== undefined) return projectSession
  throw new Error(
    'This request has no projectSession. Mount sessionAuth() before this handler; behind optional: true, look at req.projectSession first.',
  )
}
