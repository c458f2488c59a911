import { refusalFactsOf, type RefusalFacts } from '../errors.js'
import { challengeOf } from '../http/challenge.js'
import { sendProblem, type ProblemResponse } from '../http/problem.js'
import type { NextFunction } from '../types.js'
import { keptRefusal } from './kept-refusal.js'
import { problemBody } from './problem-answer.js'

/**
 * Express error handler: answers refusals and outages of this package with RFC 9457 problem details.
 *
 *     HTTP/1.1 401 Unauthorized
 *     WWW-Authenticate: Bearer realm="reverse-jwt", error="invalid_token", error_description="The token has been used before, ..."
 *     Cache-Control: no-store
 *     Content-Type: application/problem+json
 *
 *     { "type": "https://unpkg.com/reverse-jwt/docs/errors/token_replayed.md", "title": "Token already used", "status": 401,
 *       "detail": "The token has been used before, ...", "instance": "urn:uuid:0b9c7a52-...", "error": "invalid_token",
 *       "code": "token_replayed", "retry": "if-idempotent", "server_time": 1790000000 }
 *
 * `instance` names this one refusal: the event has it as `id`. `retry` is `no`, `fresh-token`, `if-idempotent` or `later`;
 * `server_time` (epoch seconds) lets a caller see how far its clock is off. Passes on every error that is not ours. Mount it
 * after the routes.
 *
 * @example
 * app.use(problemDetails())
 */
export function problemDetails(): (
  error: unknown,
  req: object,
  res: ProblemResponse,
  next: NextFunction,
) => void {
  // Express knows an error handler by its four parameters.
  return function problemDetails(error, req, res, next) {
    const ours = refusalFactsOf(error)
    const facts = ours ?? refusalBehind(error, req, res)
    if (facts === undefined || res.headersSent) {
      next(error)
      return
    }
    const challenge = challengeOf(facts)
    // Passport has written the challenges of all its strategies.
    const isWritten = ours === undefined && res.getHeader('WWW-Authenticate') !== undefined
    sendProblem(
      res,
      problemBody(facts),
      challenge === undefined || isWritten ? {} : { 'WWW-Authenticate': challenge },
    )
  }
}

/** Why Passport's own error was thrown, if that was a refusal of ours. */
function refusalBehind(error: unknown, req: object, res: ProblemResponse): RefusalFacts | undefined {
  const refusal = keptRefusal(req)
  const ofPassport = error instanceof Error && error.name === 'AuthenticationError' && 'status' in error
  if (!ofPassport || refusal === undefined || error.status !== refusal.status) return undefined
  // Another strategy may have let the request in since, and a later guard refused it: then our challenge is not there.
  const written: unknown = res.getHeader('WWW-Authenticate')
  const isOurs = error.status !== 401 || (Array.isArray(written) && written.includes(challengeOf(refusal)))
  return isOurs ? refusal : undefined
}
