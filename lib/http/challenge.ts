import { isScopeName } from '../protocol.js'

/** What a challenge says. */
interface ChallengeFacts {
  readonly realm: string | undefined
  /** OAuth error code; undefined where the request had no credentials. */
  readonly error: string | undefined
  /** Only characters that RFC 6750 allows. */
  readonly description: string
  /** What the resource requires. */
  readonly scope: readonly string[] | undefined
}

const errorsOfTheChallenge = new Set<string>(['invalid_request', 'invalid_token', 'insufficient_scope'])

/** `WWW-Authenticate` as RFC 6750 section 3 wants it; undefined where the answer is not about credentials. */
export function challengeOf({ realm, error, description, scope }: ChallengeFacts): string | undefined {
  if (error !== undefined && !errorsOfTheChallenge.has(error)) return undefined
  const parameters: string[] = []
  if (realm !== undefined && isChallengeText(realm)) parameters.push(`realm="${realm}"`)
  if (error !== undefined) parameters.push(`error="${error}"`)
  if (error !== undefined && isChallengeText(description))
    parameters.push(`error_description="${description}"`)
  if (scope?.every(isScopeName)) parameters.push(`scope="${scope.join(' ')}"`)
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`
}

/** RFC 6750 section 3: what may stand between quotes. Anything else is left out, for it could end them. */
export function isChallengeText(text: string): boolean {
  return /^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/.test(text)
}
