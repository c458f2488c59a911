import type { AuthenticationError } from '../errors.js'

/** Passport drops the reason of a refusal on its way to the error handler. */
const refusals = new WeakMap<object, AuthenticationError>()

export function keepRefusal(request: object, refusal: AuthenticationError): void {
  refusals.set(request, refusal)
}

/** Why `ReverseJwtStrategy` refused this request, if it did. */
export function keptRefusal(request: object): AuthenticationError | undefined {
  return refusals.get(request)
}
