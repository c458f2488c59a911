import { StoreError } from '../../errors.js'
import { Fault, type FaultAnswer } from '../../http/fault.js'
import { factsOf, type ErrorFacts } from '../../http/http-error.js'
import { problemFrom, type Problem } from '../../http/problem.js'
import { RegistryError } from '../registry-error.js'
import { StoreUnusableError } from '../store-unusable-error.js'

/** What can be wrong with a request before its body is read, one line a code; and what can be wrong here. */
// prettier-ignore
export const answers = {
  forbidden: [403, 'Forbidden', 'You may not manage the projects of this platform.'],
  route_not_found: [404, 'No such route', 'There is no such route. See docs/openapi.json of reverse-jwt.'],
  method_not_allowed: [405, 'Method not allowed', 'This route has other methods; see Allow.'],
  authorization_unavailable: [503, 'Temporarily unavailable', 'It cannot be told right now who may manage projects. Nothing was changed; try again shortly.'],
  store_unavailable: [503, 'Temporarily unavailable', 'The store of the projects cannot be asked right now. Whether a change was made is unknown: look before you repeat it.'],
  store_unusable: [500, 'Store not usable', 'The store of the projects refuses what it is asked until its operator has changed something. Whether a change was made is unknown: look before you repeat it.'],
  internal_error: [500, 'Internal error', 'Something went wrong here. Whether a change was made is unknown: look before you repeat it.'],
} as const satisfies Record<string, FaultAnswer>

export type AdminFaultCode = keyof typeof answers

/** A request that gets no further. */
export function adminFault(code: AdminFaultCode, details?: ConstructorParameters<typeof Fault>[2]): Fault {
  return new Fault(code, answers[code], details)
}

/** What is answered for whatever was thrown: no text of an error that is not meant for the caller. */
export function adminProblemOf(thrown: unknown): Problem {
  const facts = factsFor(thrown)
  return problemFrom(facts, `admin.md#${facts.code}`)
}

function factsFor(thrown: unknown): ErrorFacts {
  const isForTheCaller = thrown instanceof RegistryError || thrown instanceof Fault
  const facts = isForTheCaller ? factsOf(thrown) : undefined
  if (facts !== undefined) return facts
  const code = codeOf(thrown)
  const [status, title, description] = answers[code]
  return { code, status, title, description }
}

function codeOf(thrown: unknown): AdminFaultCode {
  if (thrown instanceof StoreError) return 'store_unavailable'
  return thrown instanceof StoreUnusableError ? 'store_unusable' : 'internal_error'
}
