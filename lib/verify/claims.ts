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

export interface ClaimsSettings {
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
  for (const rule of claimRules) rule(claims, settings)
  const times = timesOf(claims)
  for (const rule of timeRules) rule(times, settings, now)
  return claims as ProjectClaims
}

/** What the claims must be like, one rule each, in their order. */
export const claimRules: readonly ((claims: JsonObject, settings: ClaimsSettings) => void)[] = [
  (claims) => requireText(claims, 'iss'),
  (claims) => requireText(claims, 'proj_id'),
  (claims, { audience }) => {
    checkAudience(claims, audience)
  },
  function checkJti(claims) {
    if (!isIdentifier(requireText(claims, 'jti'))) throw invalid('jti')
  },
  function checkSubject({ sub, proj_id }) {
    if (sub === undefined || sub === proj_id) return
    throw new AuthenticationError('claim_invalid', {
      description: 'The claims sub and proj_id of the token differ.',
    })
  },
  function checkScope({ scope }) {
    if (scope !== undefined && !isScope(scope)) throw invalid('scope')
  },
  function checkOrigin({ origin }) {
    if (origin !== undefined && typeof origin !== 'string') throw invalid('origin')
  },
  (claims) => {
    requireUnbound(claims, 'nonce')
  },
  (claims) => {
    requireUnbound(claims, 'cnf')
  },
]

/** The times of a token, epoch seconds. One that is left out is as early as can be. */
interface Times {
  readonly exp: number
  readonly iat: number
  readonly nbf: number
}

/** Throws for a time that is no number, and for a token without an end. */
export function timesOf(claims: JsonObject): Times {
  const exp = finite('exp', required(claims, 'exp'))
  const iat = claims.iat === undefined ? -Infinity : finite('iat', claims.iat)
  const nbf = claims.nbf === undefined ? -Infinity : finite('nbf', claims.nbf)
  return { exp, iat, nbf }
}

/** What the times must be like, one rule each, in their order. Written so that a comparison with NaN refuses. */
export const timeRules: readonly ((times: Times, settings: ClaimsSettings, now: number) => void)[] = [
  function checkOrder(times, _settings, now) {
    const { exp, iat } = times
    if (iat > exp) throw refusedTime('claim_invalid', invalidText('iat'), undefined, times, now)
  },
  function checkExpiry(times, { clockTolerance }, now) {
    const { exp } = times
    if (now < exp + clockTolerance) return
    const since = now - exp
    const ago = `The token expired ${Math.floor(since)} s ago.`
    const hint = 'Sign a new one for each call. If it was new, check the clock of the server that signs.'
    throw refusedTime('token_expired', `${ago} ${hint}`, since, times, now)
  },
  function checkStart(times, { clockTolerance }, now) {
    const start = Math.max(times.iat, times.nbf)
    if (start <= now + clockTolerance) return
    const until = start - now
    const ahead = `The token is not valid before ${Math.ceil(until)} s from now.`
    const hint = 'Check the clock of the server that signs.'
    throw refusedTime('token_not_active', `${ahead} ${hint}`, until, times, now)
  },
  function checkLifetime(times, { maxLifetime, clockTolerance }, now) {
    const { exp, iat } = times
    const isSigned = iat !== -Infinity
    const lifetime = isSigned ? exp - iat : exp - now - clockTolerance
    if (lifetime <= maxLifetime) return
    const life = isSigned ? lifetime : exp - now
    const lives = `The token lives ${Math.ceil(life)} s. Sign it for ${maxLifetime} s or less.`
    throw refusedTime('token_lifetime_too_long', lives, life, times, now)
  },
]

/** What is wrong with a time, in the words that lead to the mistake: most libraries count in milliseconds. */
function refusedTime(
  code: RefusalCode,
  description: string,
  seconds: number | undefined,
  { exp, iat, nbf }: Times,
  now: number,
): AuthenticationError {
  const isMilliseconds = [exp, iat, nbf].some((time) => time > 900 * now && time < 1100 * now)
  return new AuthenticationError(code, { description: isMilliseconds ? milliseconds : description, seconds })
}

const milliseconds = 'The times of the token look like milliseconds. Use seconds since 1970.'
