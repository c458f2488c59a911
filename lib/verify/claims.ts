import { AuthenticationError } from '../errors.js'
import type { RefusalCode } from '../http/refusals.js'
import { isIdentifier, isScope } from '../protocol.js'
import type { ProjectClaims } from '../types.js'
import type { JsonObject } from '../encoding/strict-json.js'
import {
  checkAudience,
  finite,
  invalid,
  invalidText,
  required,
  requireText,
  requireUnbound,
} from './claim-forms.js'

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
