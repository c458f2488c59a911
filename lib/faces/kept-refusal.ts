import { errorFrom, refusalFactsOf, type RefusalFacts } from '../errors.js'

/** Passport drops the reason of a refusal on its way to the error handler, which may be that of another copy of this package. */
const refusalOnRequest: unique symbol = Symbol.for('reverse-jwt.refusal') as never

export function keepRefusal(request: object, refusal: RefusalFacts): void {
  // Out of sight of whoever logs or copies a request.
  const value = errorFrom(refusal)
  Object.defineProperty(request, refusalOnRequest, { value, configurable: true })
}

/** Why `ReverseJwtStrategy` refused this request, if it did. */
export function keptRefusal(request: object): RefusalFacts | undefined {
  return refusalFactsOf((request as { [refusalOnRequest]?: unknown })[refusalOnRequest])
}
