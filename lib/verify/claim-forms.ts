import { AuthenticationError } from '../errors.js'
import { isChallengeText } from '../http/challenge.js'
import type { JsonObject } from '../encoding/strict-json.js'

/*
 * What a claim of any token must be like. Each throws the refusal that names the claim.
 */

export function checkAudience(claims: JsonObject, audiences: ReadonlySet<string>): void {
  const aud = required(claims, 'aud')
  const audience: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
  // Several audiences: another recipient could pass the token on to us. rfc7523bis wants a sole audience.
  if (Array.isArray(audience)) {
    throw new AuthenticationError('audience_mismatch', {
      description: 'The aud of the token must be one audience.',
    })
  }
  if (typeof audience !== 'string') throw invalid('aud')
  if (!audiences.has(audience))
    throw new AuthenticationError('audience_mismatch', { description: otherAudience(audiences) })
}

/** Audiences are public. A name that a challenge cannot hold is left out, for it would take the sentence with it. */
function otherAudience(audiences: ReadonlySet<string>): string | undefined {
  const names = Array.from(audiences).filter((name) => name.length <= maxNameLength && isChallengeText(name))
  if (names.length === 0) return undefined
  const shown = names.slice(0, maxNames).join(' or ')
  return `The token is for another audience. This platform is ${shown}${names.length > maxNames ? ' or another of its names' : ''}`
}

const maxNames = 3
const maxNameLength = 256

/** Bindings that are not enforced here. To accept such a token would be to drop the binding in silence. */
export function requireUnbound(claims: JsonObject, binding: string): void {
  if (claims[binding] === undefined) return
  throw new AuthenticationError('claim_invalid', {
    description: `The token is bound by the claim ${binding}, which is not enforced here.`,
  })
}

export function required(claims: JsonObject, name: string): unknown {
  const value = claims[name]
  if (value === undefined) {
    throw new AuthenticationError('claim_missing', { description: `The token lacks the claim ${name}.` })
  }
  return value
}

export function requireText(claims: JsonObject, name: string): string {
  const value = required(claims, name)
  if (typeof value !== 'string' || value === '') throw invalid(name)
  return value
}

/** JSON has no infinity, yet JSON.parse makes one of 1e400. */
export function finite(name: string, value: unknown): number {
  if (!Number.isFinite(value)) throw invalid(name)
  return value as number
}

export function invalid(name: string): AuthenticationError {
  return new AuthenticationError('claim_invalid', { description: invalidText(name) })
}

export function invalidText(name: string): string {
  return `The claim ${name} of the token has a value that is not allowed.`
}
