import { reported, type Trail } from './events.js'
import { onceARequest } from './memo.js'
import { parseVerifierOptions, type VerifierOptions } from './options.js'
import type { Authentication, ProjectKey, RequestLike } from './types.js'
import { checkBinding, type VerifyContext } from './verify/binding.js'
import { checkClaims } from './verify/claims.js'
import { compactReader } from './verify/compact.js'
import { requireToken, takeCredentials, type TokenSource } from './verify/credentials.js'
import { findKey } from './verify/key.js'
import { verifySignature } from './verify/signature.js'
import { consumeJti } from './verify/single-use.js'
import { warnInsideRequest } from './warnings.js'

/** What a face asks of a request besides a good token. */
export interface RequestRules {
  /** Where a token may be. Default `['header']`. */
  readonly tokenFrom?: readonly TokenSource[]
  /** Scopes that the resource requires, all of them. */
  readonly scope?: readonly string[]
}

export interface Verifier {
  /**
   * Verifies and consumes a token that was received in any way: a WebSocket upgrade, another server framework.
   *
   * Does not look at a request: the caller makes sure that there was one token, and passes the Origin.
   * Rejects with `AuthenticationError` or `StoreError`.
   *
   * @example
   * const { project } = await verifier.verify(token, { origin: request.headers.origin })
   */
  verify(token: unknown, context?: VerifyContext): Promise<Authentication>

  /**
   * Takes the one token of an HTTP request, verifies and consumes it. Called again for the same request it consumes nothing
   * and applies the rules of this call. Rejects with `AuthenticationError` or `StoreError`.
   */
  authenticate(request: RequestLike, rules?: RequestRules): Promise<Authentication>
}

const headerOnly: readonly TokenSource[] = ['header']

interface Verified {
  readonly key: ProjectKey
  readonly authentication: Authentication
}

/**
 * Makes a verifier: once, at start-up, for it keeps what repeats.
 *
 * Checks, in this order: one token; its size, shape and header; its claims and times; the key that (proj_id, kid) names; the
 * signature; issuer, suspension, origin and scope; and last that the jti was not used before.
 * Does not check who sits in front of the browser: a token says which project calls, not which person.
 *
 * Throws a TypeError for a wrong option, and names it. RFC 7519 section 7.2, RFC 8725.
 *
 * @example
 * const verifier = createVerifier({
 *   audience: 'https://platform.example',
 *   keyStore: new MemoryKeyStore([{ id: 'shop', keys: [{ pem }] }]),
 *   replayStore: new MemoryReplayStore(),
 * })
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const settings = parseVerifierOptions(options)
  warnInsideRequest()
  const readCompact = compactReader(settings)

  /** `verifiedBy`: the key that has verified this token on this request before. Then steps 4, 5 and 7 are done. */
  async function steps(
    trail: Trail,
    token: string,
    context: VerifyContext,
    verifiedBy?: ProjectKey,
  ): Promise<Verified> {
    const unverified = (trail.unverified = readCompact(token)) // 2
    const claims = checkClaims(unverified.unverifiedClaims, settings, trail.now) // 3
    const key = verifiedBy ?? (await findKey(settings.keyStore, claims.proj_id, unverified, trail.now)) // 4
    if (!verifiedBy) await verifySignature(key, unverified) // 5
    const scopes = checkBinding(claims, key.project, context, settings.requireOrigin) // 6
    if (!verifiedBy) await consumeJti(claims, settings) // 7

    const header = unverified.unverifiedHeader
    const authentication = { project: key.project, projectToken: { header, claims, scopes, kid: key.kid } }
    if (!verifiedBy) trail.accepted = authentication
    return { key, authentication }
  }

  return {
    verify(token, context = {}) {
      return reported(settings, (trail) => steps(trail, requireToken(token), context)) // 1
    },

    authenticate(request, { tokenFrom = headerOnly, scope }: RequestRules = {}) {
      return reported(settings, (trail) => {
        const { token, origin } = takeCredentials(request, tokenFrom) // 1
        const consumption = { token, keyStore: settings.keyStore, replayStore: settings.replayStore }
        return onceARequest(request, consumption, (verifiedBy) =>
          steps(trail, token, { origin, scope }, verifiedBy),
        )
      })
    },
  }
}
