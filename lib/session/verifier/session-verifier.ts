import { emit } from '../../events/listeners.js'
import type { KeySetEvent, Report, RevocationsEvent } from '../../events/read-event.js'
import { AuthenticationError } from '../../errors.js'
import { membersReader, optionsReader } from '../../options/options.js'
import { limits, sessionTokenType } from '../../protocol.js'
import { PulledRevocations } from '../../revocations/pulled.js'
import type { RevocationReader } from '../../revocations/revocation-store.js'
import { timeOf } from '../../time/clock.js'
import type { ProjectSession, RequestLike, SessionClaims, UnverifiedToken } from '../../types.js'
import { andThen } from '../../verify/and-then.js'
import type { Bounds, VerifyContext } from '../../verify/binding.js'
import { compactReader, isType } from '../../verify/compact.js'
import { requireToken, takeCredentials } from '../../verify/credentials.js'
import { askingOf, parseContext, parseRules, requestRules, type RequestRules } from '../../verify/options.js'
import { reported, type Asking, type Progress } from '../../verify/outcome.js'
import { verifySignature } from '../../verify/signature.js'
import type { SessionKey } from '../session-key.js'
import { requireNotRevoked } from './early-end.js'
import type { SessionKeySet } from './key-set.js'
import {
  isReader,
  sessionVerifierOptions,
  type SessionVerifierOptions,
  type SessionVerifierSettings,
} from './options.js'
import { sessionRefusal } from './refusals.js'
import { RemoteKeySet } from './remote-key-set.js'
import { checkOrigin, checkScope } from './session-binding.js'
import { checkSessionClaims } from './session-claims.js'

type ReadReport = Report<KeySetEvent> | Report<RevocationsEvent>

/** Verifies sessions. Stateless: it knows the keys of the issuer, and which sessions have ended early. */
export interface SessionVerifier {
  /**
   * Verifies a session that was received in any way. Does not look at a request: pass its Origin header.
   *
   * Rejects with `AuthenticationError` or `StoreError`; with a TypeError for a wrong context.
   *
   * @example
   * const session = await sessions.verify(token, { origin: request.headers.origin })
   */
  verify(token: unknown, context?: VerifyContext): Promise<ProjectSession>
  /** Takes the one token of an HTTP request, in its Authorization header, and verifies it. `scope` is what the resource requires. */
  authenticate(request: RequestLike, rules?: Pick<RequestRules, 'scope'>): Promise<ProjectSession>
  /**
   * Resolves as soon as the keys of the issuer are known, and which sessions have ended. Rejects with a StoreError that has the reason
   * as its `cause`: await it at start-up, where a wrong address is to be heard of at once.
   */
  ready(): Promise<void>
  /** Ends the reading of the list of revocations. Sessions are answered 503 soon after, where there is one. */
  close(): void
}

interface Verified {
  readonly authentication: ProjectSession
}

export const readSessionVerifierOptions = optionsReader('createSessionVerifier', sessionVerifierOptions)

/**
 * Makes a verifier of sessions, for a service that knows nothing but the issuer: once, at start-up, for it keeps what repeats.
 *
 * Checks, in this order: one token; its size, shape and header, `typ` being `at+jwt`; its claims and times; the key that its kid names
 * in the issuer's set; the signature; that an Origin header is the session's origin; that the session has not ended early; and last the
 * scope. A session without the claim `scope` grants nothing. Does not check that the project still exists: `revocations` tells of that.
 *
 * Reads the key set when the first session comes, again after five minutes, and for an unknown kid once in 30 s. Where it cannot be
 * read the last one serves for an hour, then the answer is 503. Throws a TypeError for a wrong option. RFC 9068 section 4, RFC 8725.
 *
 * @example
 * const sessions = createSessionVerifier({
 *   issuer: 'https://platform.example',
 *   revocations: { url: 'https://platform.example/internal/revocations' },
 * })
 * await sessions.ready()
 */
export function createSessionVerifier(options: SessionVerifierOptions): SessionVerifier {
  return sessionVerifierWith(readSessionVerifierOptions(options))
}

/** For a face that has read the options of its verifier among its own. */
export function sessionVerifierWith(settings: SessionVerifierSettings): SessionVerifier {
  const { issuer, audience = issuer, onEvent, clock, realm, requireOrigin } = settings
  const report = (read: ReadReport) => {
    emit(onEvent, Object.freeze({ ...read, id: crypto.randomUUID(), time: timeOf(clock) }))
  }
  const keys = keySetOf(settings, report)
  const revocations = revocationsOf(settings, report)
  const readCompact = compactReader({
    algorithms: settings.algorithms,
    maxTokenLength: limits.tokenLength.default,
    isAllowedType: (typ) => isType(typ, sessionTokenType),
  })
  const claimsSettings = { ...settings, audience: new Set([audience]) }
  const reporter = { clock, realm, onEvent, retold: sessionRefusal }

  function steps(progress: Progress, token: string, bounds: Bounds): Verified | Promise<Verified> {
    const unverified = (progress.unverified = readCompact(token))
    const claims = checkSessionClaims(unverified.unverifiedClaims, claimsSettings, progress.now)
    return andThen(findKey(keys, unverified), (key) =>
      andThen(verifySignature(key, unverified), () => {
        progress.verifiedBy = { project: { id: claims.client_id }, kid: claims.proj_kid }
        checkOrigin(bounds.origin, claims.origin, requireOrigin)
        const session = sessionFrom(claims)
        return andThen(requireNotRevoked(revocations, session), () => {
          checkScope(session.scopes, bounds.scope)
          if (!Number.isNaN(progress.begun)) progress.accepted = acceptedFrom(unverified, session)
          return { authentication: session }
        })
      }),
    )
  }

  return {
    verify: (token, context) =>
      reported(reporter, sessionAsking, (progress) => {
        const bounds = (progress.bounds = parseContext(context))
        return steps(progress, requireToken(token), bounds)
      }),
    authenticate: (request, rules) =>
      reported(reporter, askingWith(rules), (progress) => {
        const scope = scopeIn(rules)
        const { token, origin } = takeCredentials(request, headerOnly)
        return steps(progress, token, (progress.bounds = { origin, scope }))
      }),
    async ready() {
      await keys.ready()
      await revocations?.ready?.()
    },
    close() {
      if (revocations instanceof PulledRevocations) revocations.close()
    },
  }
}

const headerOnly = ['header'] as const
const sessionAsking: Asking = { face: 'session', optional: false }
const readRules = membersReader('authenticate', { scope: requestRules.scope }, 'rule')

function askingWith(rules: RequestRules | undefined): Asking {
  const asking = askingOf(rules)
  return asking.face === 'session' ? asking : sessionAsking
}

/** Those of `sessionAuth` are checked already. */
function scopeIn(rules: RequestRules = {}): readonly string[] {
  return askingOf(rules).face === 'session' ? parseRules(rules).scope : readRules(rules).scope
}

function keySetOf(
  { keys, issuer }: SessionVerifierSettings,
  report: (read: ReadReport) => void,
): SessionKeySet {
  if (keys === undefined || keys instanceof URL) return new RemoteKeySet({ jwksUri: keys, issuer, report })
  if ('find' in keys) return keys
  if (keys.issuer === issuer) return keys.set
  throw new TypeError(`createSessionVerifier: keys are of the issuer ${keys.issuer}, and issuer is ${issuer}`)
}

function revocationsOf(
  { revocations, clock }: SessionVerifierSettings,
  report: (read: ReadReport) => void,
): RevocationReader | undefined {
  if (revocations === undefined || isReader(revocations)) return revocations
  return new PulledRevocations({ ...revocations, clock, report })
}

function findKey(keys: SessionKeySet, token: UnverifiedToken): SessionKey | Promise<SessionKey> {
  const { kid } = token.unverifiedHeader
  return andThen(keys.find(kid), (key) => {
    if (key === undefined) {
      throw new AuthenticationError('token_not_verified', {
        reason: 'key_unknown',
        cause: 'the issuer has no such key',
      })
    }
    if (key.alg !== token.alg) {
      throw new AuthenticationError('token_not_verified', {
        reason: 'key_algorithm',
        cause: 'the algorithm is not that of the key',
      })
    }
    return key
  })
}

function sessionFrom(claims: SessionClaims): ProjectSession {
  const { jti, client_id, proj_kid, scope, origin, embedder, iat, exp } = claims
  return {
    id: jti,
    projectId: client_id,
    kid: proj_kid,
    scopes: scope === undefined ? [] : scope.split(' '),
    ...(origin !== undefined && { origin }),
    ...(embedder !== undefined && { embedder }),
    issuedAt: iat,
    expiresAt: exp,
    claims,
  }
}

function acceptedFrom({ alg }: UnverifiedToken, { projectId, kid, scopes, claims }: ProjectSession) {
  return { project: { id: projectId }, projectToken: { kid, header: { alg }, claims, scopes } }
}
