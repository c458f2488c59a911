import { AuthenticationError } from '../errors.js'
import type { RefusalCode } from '../http/refusals.js'
import { isChallengeText } from '../http/challenge.js'
import { isIdentifier, isScope } from '../protocol.js'
import type { ProjectClaims } from '../types.js'
import type { JsonObject } from '../encoding/strict-json.js'

interface ClaimsSettings {
  readonly audience: ReadonlySet<string>
  readonly maxLifetime: number
  readonly clockTolerance: number
}

/**
 * Step 3: the rules that need only the token and the clock.
 *
 *     { "iss": "shop", "aud": "https://platform.example", "proj_id": "shop", "jti": "...", "exp": 1790000000 }
 *
 * Checks presence, type and form of the claims, the audience, and the times against `now` (epoch seconds). Does not check
 * whether `iss` and `origin` are those of the project: nobody knows the project yet. RFC 7519 section 4.1, RFC 8725.
 */
export function checkClaims(claims: JsonObject, settings: ClaimsSettings, now: number): ProjectClaims {
  requireText(claims, 'iss')
  requireText(claims, 'proj_id')
  checkAudience(claims, settings.audience)
  checkJti(claims)
  checkOptional(claims)
  checkTimes(claims, settings, now)
  return claims as ProjectClaims
}

function checkAudience(claims: JsonObject, audiences: ReadonlySet<string>): void {
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

function checkJti(claims: JsonObject): void {
  if (!isIdentifier(requireText(claims, 'jti'))) throw invalid('jti')
}

function checkOptional(claims: JsonObject): void {
  if (claims.sub !== undefined && claims.sub !== claims.proj_id) {
    throw new AuthenticationError('claim_invalid', {
      description: 'The claims sub and proj_id of the token differ.',
    })
  }
  if (claims.scope !== undefined && !isScope(claims.scope)) {
    throw invalid('scope')
  }
  if (claims.origin !== undefined && typeof claims.origin !== 'string') throw invalid('origin')
  requireUnbound(claims, 'nonce')
  requireUnbound(claims, 'cnf')
}

/** Bindings that are not enforced here. To accept such a token would be to drop the binding in silence. */
function requireUnbound(claims: JsonObject, binding: string): void {
  if (claims[binding] === undefined) return
  throw new AuthenticationError('claim_invalid', {
    description: `The token is bound by the claim ${binding}, which is not enforced here.`,
  })
}

function checkTimes(claims: JsonObject, { maxLifetime, clockTolerance }: ClaimsSettings, now: number): void {
  const exp = finite('exp', required(claims, 'exp'))
  const iat = claims.iat === undefined ? -Infinity : finite('iat', claims.iat)
  const nbf = claims.nbf === undefined ? -Infinity : finite('nbf', claims.nbf)
  if (iat > exp) throw refusedTime('claim_invalid', invalidText('iat'), undefined, claims, now)
  // Written so that a comparison with NaN refuses.
  if (!(now < exp + clockTolerance)) {
    const since = now - exp
    const ago = `The token expired ${Math.floor(since)} s ago.`
    throw refusedTime(
      'token_expired',
      `${ago} Sign a new one for each call. If it was new, check the clock of the server that signs.`,
      since,
      claims,
      now,
    )
  }
  const start = Math.max(iat, nbf)
  if (!(start <= now + clockTolerance)) {
    const until = start - now
    const ahead = `The token is not valid before ${Math.ceil(until)} s from now.`
    throw refusedTime(
      'token_not_active',
      `${ahead} Check the clock of the server that signs.`,
      until,
      claims,
      now,
    )
  }
  const lifetime = claims.iat === undefined ? exp - now - clockTolerance : exp - iat
  if (!(lifetime <= maxLifetime)) {
    const life = claims.iat === undefined ? exp - now : lifetime
    throw refusedTime(
      'token_lifetime_too_long',
      `The token lives ${Math.ceil(life)} s. Sign it for ${maxLifetime} s or less.`,
      life,
      claims,
      now,
    )
  }
}

/** What is wrong with a time, in the words that lead to the mistake: most libraries count in milliseconds. */
function refusedTime(
  code: RefusalCode,
  description: string,
  seconds: number | undefined,
  claims: JsonObject,
  now: number,
): AuthenticationError {
  const times = [claims.exp, claims.iat, claims.nbf] as number[]
  const isMilliseconds = times.some((time) => time > 900 * now && time < 1100 * now)
  return new AuthenticationError(code, { description: isMilliseconds ? milliseconds : description, seconds })
}

const milliseconds = 'The times of the token look like milliseconds. Use seconds since 1970.'

function required(claims: JsonObject, name: string): unknown {
  const value = claims[name]
  if (value === undefined) {
    throw new AuthenticationError('claim_missing', { description: `The token lacks the claim ${name}.` })
  }
  return value
}

function requireText(claims: JsonObject, name: string): string {
  const value = required(claims, name)
  if (typeof value !== 'string' || value === '') throw invalid(name)
  return value
}

/** JSON has no infinity, yet JSON.parse makes one of 1e400. */
function finite(name: string, value: unknown): number {
  if (!Number.isFinite(value)) throw invalid(name)
  return value as number
}

function invalid(name: string): AuthenticationError {
  return new AuthenticationError('claim_invalid', { description: invalidText(name) })
}

function invalidText(name: string): string {
  return `The claim ${name} of the token has a value that is not allowed.`
}
