import type { JsonObject } from '../../encoding/strict-json.js'
import { AuthenticationError } from '../../errors.js'
import { isScope } from '../../protocol.js'
import type { SessionClaims } from '../../types.js'
import {
  checkAudience,
  finite,
  invalid,
  required,
  requireText,
  requireUnbound,
} from '../../verify/claim-forms.js'

interface SessionClaimsSettings {
  readonly issuer: string
  readonly audience: ReadonlySet<string>
  readonly maxLifetime: number
  readonly clockTolerance: number
}

/**
 * The claims of a session, by what the token and the clock say.
 *
 *     { "iss": "https://platform.example", "sub": "shop", "client_id": "shop", "aud": "https://platform.example", "iat": 1790000000,
 *       "exp": 1790000600, "jti": "0ee70ce5-...", "scope": "portal:read", "proj_kid": "key-1", "origin": "https://shop.example" }
 *
 * Checks presence, type and form of these, that `client_id` is `sub`, the issuer, the audience, and the times against `now` (epoch
 * seconds). RFC 9068 section 4.
 */
export function checkSessionClaims(
  claims: JsonObject,
  settings: SessionClaimsSettings,
  now: number,
): SessionClaims {
  if (requireText(claims, 'iss') !== settings.issuer) throw new AuthenticationError('issuer_mismatch')
  checkAudience(claims, settings.audience)
  const sub = requireText(claims, 'sub')
  if (requireText(claims, 'client_id') !== sub) {
    throw new AuthenticationError('claim_invalid', {
      description: 'The claims client_id and sub of the session differ.',
    })
  }
  requireText(claims, 'jti')
  requireText(claims, 'proj_kid')
  if (claims.scope !== undefined && !isScope(claims.scope)) throw invalid('scope')
  // It is compared as text, with what browsers write.
  if (claims.origin !== undefined && typeof claims.origin !== 'string') throw invalid('origin')
  if (claims.embedder !== undefined && typeof claims.embedder !== 'string') throw invalid('embedder')
  // Bindings of which nothing is known here.
  requireUnbound(claims, 'cnf')
  checkTimes(claims, settings, now)
  return claims as SessionClaims
}

function checkTimes(
  claims: JsonObject,
  { maxLifetime, clockTolerance }: SessionClaimsSettings,
  now: number,
): void {
  const exp = finite('exp', required(claims, 'exp'))
  const iat = finite('iat', required(claims, 'iat'))
  const nbf = claims.nbf === undefined ? -Infinity : finite('nbf', claims.nbf)
  // Written so that a comparison with NaN refuses.
  if (!(now < exp + clockTolerance)) {
    const seconds = now - exp
    const description = `The session expired ${Math.floor(seconds)} s ago. Get a new one.`
    throw new AuthenticationError('token_expired', { description, seconds })
  }
  const start = Math.max(iat, nbf)
  if (!(start <= now + clockTolerance)) {
    const seconds = start - now
    const description = `The session is not valid before ${Math.ceil(seconds)} s from now. Check the clocks of this service and of the issuer.`
    throw new AuthenticationError('token_not_active', { description, seconds })
  }
  if (!(exp - iat <= maxLifetime && iat <= exp)) {
    const seconds = exp - iat
    const description = `The session lives ${Math.ceil(seconds)} s. At most ${maxLifetime} s are accepted here.`
    throw new AuthenticationError('token_lifetime_too_long', { description, seconds })
  }
}
