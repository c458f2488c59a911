import type { RefusalFacts } from '../errors.js'

/** Passport drops the reason of a refusal on its way to the error handler. */
const refusals = new WeakMap<object, RefusalFacts>()

export function keepRefusal(request: object, refusal: RefusalFacts): void {
  refusals.set(request, refusal)
}

/** Why `ReverseJwtStrategy` refused this request, if it did. */
export function keptRefusal(request: object): RefusalFacts | undefined {
  return refusals.get(request)
}
