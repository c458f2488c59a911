import { headersOf, refusalFactsOf } from '../errors.js'
import { attach } from './authenticated-request.js'
import { readFaceOptions, type ReverseJwtOptions } from './face-options.js'
import { keepRefusal } from './kept-refusal.js'
import { isPreflight, warnWithoutCors } from './preflight.js'
import type { Authentication, NextFunction, RequestLike, ResponseLike } from '../types.js'
import { warnOnce, warnWithoutTls } from '../warnings.js'

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

  return function reverseJwt(req, res, next) {
    warnWithoutCors(req, res)
    if (isPreflight(req)) {
      res.statusCode = 204
      res.end()
      return
    }
    warnWithoutTls(req)
    verifier
      .authenticate(req, rules)
      .then(
        (authentication) => accept(req, res, next, authentication),
        (error: unknown) => refuse(req, res, next, error),
      )
      .catch((defect: unknown) => {
        answerDefect(res, defect)
      })
  }

  function refuse(req: RequestLike, res: ResponseLike, next: NextFunction, error: unknown): unknown {
    const facts = refusalFactsOf(error)
    if (optional && facts?.code === 'credentials_missing') return next()
    if (facts !== undefined) keepRefusal(req, error)
    // A timeout may have answered meanwhile.
    if (facts !== undefined && !res.headersSent) {
      for (const [name, value] of Object.entries(headersOf(facts))) res.setHeader(name, value)
    }
    // Express takes a falsy error for none.
    return next(error || new Error('The verifier failed'))
  }
}

function accept(
  req: RequestLike,
  res: ResponseLike,
  next: NextFunction,
  authentication: Authentication,
): unknown {
  try {
    attach(req, res, authentication)
  } catch (error) {
    return next(error)
  }
  return next()
}

/** What `next` threw, as Express's own handler does it: there `next` throws nothing. Nobody else would hear of it. */
function answerDefect(
  res: ResponseLike & {
    writableEnded?: boolean
    destroy?: () => void
    getHeaderNames?: () => string[]
    removeHeader?: (name: string) => void
  },
  defect: unknown,
): void {
  try {
    if (!res.headersSent) {
      // What the handler has said of its own answer.
      for (const name of res.getHeaderNames?.() ?? []) res.removeHeader?.(name)
      res.statusCode = 500
      res.end()
    } else if (res.writableEnded === false) {
      res.destroy?.()
    }
    console.error(defect)
  } catch {
    // What is thrown here would end the process: an error that cannot be printed, a response that is gone.
    warnOnce('REVERSE_JWT_LISTENER_FAILED')
  }
}
