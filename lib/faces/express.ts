import type { NextFunction, RequestLike, ResponseLike } from '../types.js'
import { attach } from './authenticated-request.js'
import { authenticating } from './authenticating.js'
import { readFaceOptions, type ReverseJwtOptions } from './face-options.js'

/**
 * Express middleware: lets a request pass when it carries one good project token, and sets `req.project` and
 * `req.projectToken`.
 *
 *     GET /embed/portal HTTP/1.1
 *     Origin: https://shop.example
 *     Authorization: Bearer eyJhbGciOiJFUzI1NiIs...
 *
 * `Cache-Control: no-store` is set before the handler, who may override it. A refusal sets `WWW-Authenticate`, too, and goes
 * to `next(error)` with `status` and `headers`, so any error handler answers correctly; `problemDetails()` adds a JSON body. A CORS
 * preflight is answered 204 without CORS headers and never reaches a handler: mount CORS before, or a warning says so.
 *
 * Throws a TypeError for a wrong option. Works with Express 4 and 5, and with `node:http`, where what `next` throws is written
 * by `console.error` and answered 500. RFC 6750 sections 2 and 3.
 *
 * @example
 * app.use('/embed', reverseJwt({ audience: 'https://platform.example', keyStore, replayStore }))
 * app.get('/embed/portal', (req, res) => res.json({ id: projectOf(req).id }))
 * app.use(problemDetails())
 */
export function reverseJwt(
  options: ReverseJwtOptions,
): (req: RequestLike, res: ResponseLike, next: NextFunction) => void {
  const { verifier, rules, optional } = readFaceOptions('reverseJwt', options)

  const pass = authenticating({
    authenticate: (req) => verifier.authenticate(req, rules),
    attach,
    optional,
  })
  return function reverseJwt(req, res, next) {
    pass(req, res, next)
  }
}
