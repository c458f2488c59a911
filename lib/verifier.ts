import { onceARequest } from './verify/once-a-request.js'
import {
  askingOf,
  askingWith,
  parseContext,
  parseRules,
  readVerifierOptions,
  type RequestRules,
  type VerifierOptions,
  type VerifierSettings,
} from './verify/options.js'
import { reported, timed, type Progress } from './verify/outcome.js'
import { bindReplayStore } from './replay/ceilings.js'
import type { Authentication, ProjectClaims, ProjectKey, RequestLike, UnverifiedToken } from './types.js'
import { andThen } from './verify/and-then.js'
import { checkBinding, type Bounds, type VerifyContext } from './verify/binding.js'
import { checkClaims } from './verify/claims.js'
import { compactReader, projectTokenTypes } from './verify/compact.js'
import { requireToken, takeCredentials } from './verify/credentials.js'
import { findKey, requireActive } from './verify/key.js'
import { verifySignature } from './verify/signature.js'
import { consumeJti } from './verify/single-use.js'
import { warnInsideRequest } from './warnings.js'

export interface Verifier {
  /**
   * Verifies and consumes a token that was received in any way: a WebSocket upgrade, another server framework.
   *
   * Does not look at a request: the caller makes sure that there was one token, and passes the Origin.
   * Rejects with `AuthenticationError` or `StoreError`; with a TypeError for a wrong context, such as an `origin` that is
   * neither a string nor null nor undefined. Such a mistake uses up no token.
   *
   * @example
   * const { project } = await verifier.verify(token, { origin: request.headers.origin })
   */
  verify(token: unknown, context?: VerifyContext): Promise<Authentication>

  /**
   * Takes the one token of an HTTP request, verifies and consumes it. Called again for the same request it consumes nothing
   * and applies the rules of this call. The request is that of `node:http`, or a `Request` of the Fetch standard.
   *
   * Rejects with `AuthenticationError` or `StoreError`; with a TypeError, which uses up no token, for what has no headers and for
   * `tokenFrom: ['body']` with a `Request`: read its form and call `verify`.
   *
   * @example
   * const { project } = await verifier.authenticate(request)
   */
  authenticate(request: RequestLike, rules?: RequestRules): Promise<Authentication>
}

interface Verified {
  readonly key: ProjectKey
  readonly authentication: Authentication
}

/**
 * Makes a verifier: once, at start-up, for it keeps what repeats.
 *
 * Checks, in this order: one token; its size, shape and header; its claims and times; the key that (proj_id, kid) names; the
 * signature; that the key is active; issuer, suspension, origin and scope; and last that the jti was not used before.
 * Does not check who sits in front of the browser: a token says which project calls, not which person.
 *
 * Throws a TypeError for a wrong option, and names it; also for a `maxLifetime` or `clockTolerance` that the replay store does
 * not cover. RFC 7519 section 7.2, RFC 8725.
 *
 * @example
 * const verifier = createVerifier({
 *   audience: 'https://platform.example',
 *   keyStore: new MemoryKeyStore([{ id: 'shop', keys: [{ pem }] }]),
 *   replayStore: new MemoryReplayStore(),
 * })
 */
export function createVerifier(options: VerifierOptions): Verifier {
  return verifierWith(readVerifierOptions(options))
}

/** For a face that has read the options of its verifier among its own. */
export function verifierWith(settings: VerifierSettings): Verifier {
  warnInsideRequest()
  const readCompact = compactReader({
    ...settings,
    isAllowedType: projectTokenTypes({ isRequired: settings.typ !== undefined }),
  })
  const { replayStore } = settings
  const singleUse = { replayStore, ceilings: bindReplayStore(replayStore, settings) }

  /** Steps 2 to 7. What is at hand is not waited for: a promise costs as much as finding a key in memory. */
  function steps(progress: Progress, token: string, bounds: Bounds): Verified | Promise<Verified> {
    const unverified = (progress.unverified = readCompact(token)) // 2
    const claims = checkClaims(unverified.unverifiedClaims, settings, progress.now) // 3
    const found = findKey(settings.keyStore, claims.proj_id, unverified) // 4
    return andThen(timed(progress, 'key', found), (key) => {
      const signed = verifySignature(key, unverified) // 5
      return andThen(signed, () => {
        progress.verifiedBy = key
        requireActive(key, progress.now) // 4, once it is known who asks
        const scopes = checkBinding(claims, key.project, bounds, settings) // 6
        // The key's own text of the id: that of the claims would keep the token's text alive in the store.
        const consumed = consumeJti(key.project.id, claims, progress.now, singleUse) // 7
        return andThen(timed(progress, 'replay', consumed), () => {
          const verified = verifiedFrom(key, unverified, claims, scopes)
          progress.accepted = verified.authentication
          return verified
        })
      })
    })
  }

  /** The same token on the same request again: its jti is spent, its key has verified it; the rules of this face remain. */
  function again(progress: Progress, token: string, bounds: Bounds, key: ProjectKey): Verified {
    const unverified = (progress.unverified = readCompact(token)) // 2
    progress.verifiedBy = key
    const claims = checkClaims(unverified.unverifiedClaims, settings, progress.now) // 3
    const scopes = checkBinding(claims, key.project, bounds, settings) // 6
    return verifiedFrom(key, unverified, claims, scopes)
  }

  return {
    verify(token, context) {
      return reported(settings, askingWith(context), (progress) => {
        const bounds = (progress.bounds = parseContext(context))
        return steps(progress, requireToken(token), bounds) // 1
      })
    },

    authenticate(request, rules) {
      return reported(settings, askingOf(rules), (progress) => {
        const { tokenFrom, scope } = parseRules(rules)
        const { token, origin } = takeCredentials(request, tokenFrom) // 1
        const bounds = (progress.bounds = { origin, scope })
        const consumption = { token, keyStore: settings.keyStore, replayStore }
        return onceARequest(
          request,
          consumption,
          () => steps(progress, token, bounds),
          (key) => again(progress, token, bounds, key),
        )
      })
    },
  }
}

function verifiedFrom(
  key: ProjectKey,
  { unverifiedHeader: header }: UnverifiedToken,
  claims: ProjectClaims,
  scopes: readonly string[],
): Verified {
  const { project, kid } = key
  return { key, authentication: { project, projectToken: { header, claims, scopes, kid } } }
}
