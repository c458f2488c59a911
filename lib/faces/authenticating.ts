import { headersOf, refusalFactsOf } from '../errors.js'
import type { NextFunction, RequestLike, ResponseLike } from '../types.js'
import { warnOnce, warnWithoutTls } from '../warnings.js'
import { keepRefusal } from './kept-refusal.js'
import { isPreflight, warnWithoutCors } from './preflight.js'

/** Express middleware, also for `node:http`. */
export type Middleware = (req: RequestLike, res: ResponseLike, next: NextFunction) => void

interface Authenticator<T> {
  readonly authenticate: (req: RequestLike) => Promise<T>
  /** Hands on who called. */
  readonly attach: (req: RequestLike, res: ResponseLike, authentication: T) => void
  /** Requests without credentials pass. */
  readonly optional: boolean
}

/**
 * Lets a request pass that is authenticated. A preflight, which has no credentials, is answered 204; a refusal sets its headers and goes
 * to `next`.
 */
export function authenticating<T>({ authenticate, attach, optional }: Authenticator<T>): Middleware {
  function accept(req: RequestLike, res: ResponseLike, next: NextFunction, authentication: T): unknown {
    try {
      attach(req, res, authentication)
    } catch (error) {
      return next(error)
    }
    return next()
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

  return (req, res, next) => {
    warnWithoutCors(req, res)
    if (isPreflight(req)) {
      res.statusCode = 204
      res.end()
      return
    }
    warnWithoutTls(req)
    // A verifier of somebody's own may throw before it returns a promise.
    new Promise<T>((resolve) => {
      resolve(authenticate(req))
    })
      .then(
        (authentication) => accept(req, res, next, authentication),
        (error: unknown) => refuse(req, res, next, error),
      )
      .catch((defect: unknown) => {
        answerDefect(res, defect)
      })
  }
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
