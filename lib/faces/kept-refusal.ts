import { AuthenticationError, errorFrom, refusalFactsOf, type RefusalFacts } from '../errors.js'

/** Passport drops the reason of a refusal on its way to the error handler, which may be that of another copy of this package. */
const refusalOnRequest: unique symbol = Symbol.for('reverse-jwt.refusal') as never

/** `refusal` is an error of this package, whatever is written on it later. */
export function keepRefusal(request: object, refusal: unknown): void {
  // Out of sight of whoever logs or copies a request.
  Object.defineProperty(request, refusalOnRequest, { value: refusal, configurable: true })
}

/** Why a face refused this request, if one did. */
export function keptRefusal(request: object): RefusalFacts | undefined {
  return refusalFactsOf((request as { [refusalOnRequest]?: unknown })[refusalOnRequest])
}

/**
 * The refusal that `reverseJwt` or `ReverseJwtStrategy` kept for this request, or undefined: `code`, `status`, `retry`, `id`. The last
 * one, where several refused. It stays when a later strategy lets the request in: look at it only where there is no project.
 *
 * For a callback of your own: Passport hands it only the text of the challenge, and nothing for a 403. An outage is not kept: the
 * callback has it as its first argument.
 *
 * @example
 * app.get('/embed', (req, res, next) => {
 *   passport.authenticate('reverse-jwt', { session: false }, (error: unknown, project: unknown) => {
 *     if (error) return next(error)
 *     if (project) return handler(req, res, next)
 *     const refusal = refusalOf(req)
 *     res.status(refusal?.status ?? 401).json({ code: refusal?.code })
 *   })(req, res, next)
 * })
 */
export function refusalOf(request: object): AuthenticationError | undefined {
  const facts = keptRefusal(request)
  const error = facts && errorFrom(facts)
  return error instanceof AuthenticationError ? error : undefined
}
