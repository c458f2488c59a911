import { ReverseJwtError } from '../errors.js'
import type { Next, ResponseLike } from '../types.js'
import { keptRefusal } from './kept-refusal.js'

/** Where each code is explained. The page is part of the package. */
const documentation = 'https://unpkg.com/reverse-jwt/docs/errors'

export interface ProblemResponse extends ResponseLike {
  getHeader(name: string): unknown
  end(body?: string): unknown
}

/**
 * Express error handler: answers refusals and outages of this package with RFC 9457 problem details.
 *
 *     HTTP/1.1 401 Unauthorized
 *     WWW-Authenticate: Bearer realm="reverse-jwt", error="invalid_token", error_description="The token has been used before. ..."
 *     Cache-Control: no-store
 *     Content-Type: application/problem+json
 *
 *     { "type": "https://unpkg.com/reverse-jwt/docs/errors/token_replayed.md", "title": "Token already used", "status": 401,
 *       "detail": "The token has been used before. Sign a new one for each call.", "error": "invalid_token",
 *       "code": "token_replayed", "retry": "fresh-token", "server_time": 1790000000 }
 *
 * `retry` is `no`, `fresh-token` or `later`; `server_time` (epoch seconds) lets a caller see how far its clock is off. Passes on every
 * error that is not ours. Mount it after the routes.
 *
 * @example
 * app.use(problemDetails())
 */
export function problemDetails(): (error: unknown, req: object, res: ProblemResponse, next: Next) => void {
  // Express knows an error handler by its four parameters.
  return function problemDetails(error, req, res, next) {
    const problem = problemOf(error, req, res)
    if (problem === undefined || res.headersSent) {
      next(error)
      return
    }
    res.statusCode = problem.status
    // Passport has written the challenges of all its strategies.
    const keep = error !== problem && res.getHeader('WWW-Authenticate') !== undefined
    for (const [name, value] of Object.entries(problem.headers)) {
      if (!(keep && name === 'WWW-Authenticate')) res.setHeader(name, value)
    }
    res.setHeader('Content-Type', 'application/problem+json')
    res.end(JSON.stringify(bodyOf(problem)))
  }
}

function problemOf(error: unknown, req: object, res: ProblemResponse): ReverseJwtError | undefined {
  if (error instanceof ReverseJwtError) return error
  const refusal = keptRefusal(req)
  const ofPassport = error instanceof Error && error.name === 'AuthenticationError' && 'status' in error
  if (!ofPassport || refusal === undefined || error.status !== refusal.status) return undefined
  // Another strategy may have let the request in since, and a later guard refused it: then our challenge is not there.
  const written: unknown = res.getHeader('WWW-Authenticate')
  const ours = error.status !== 401 || (Array.isArray(written) && written.includes(refusal.challenge))
  return ours ? refusal : undefined
}

function bodyOf({ code, title, status, description, error, retry, serverTime }: ReverseJwtError) {
  return {
    type: `${documentation}/${code}.md`,
    title,
    status,
    detail: description,
    error,
    code,
    retry,
    server_time: Math.floor(serverTime),
  }
}
