import { emit } from '../../events/listeners.js'
import { bounded, messageOf, text } from '../../events/event-text.js'
import { AuthenticationError, refusalFactsOf } from '../../errors.js'
import { isAdmittedProject } from '../../keys/project.js'
import { membersReader, type Wrong } from '../../options/options.js'
import { isOrigin, limits } from '../../protocol.js'
import { readClock } from '../../time/clock.js'
import type { Authentication } from '../../types.js'
import { requestRules } from '../../verify/options.js'
import type { OutageReason } from '../../http/refusals.js'
import type { SessionIssuerSettings } from './options.js'
import type { SessionSigner } from './session-signer.js'

/** A session, as RFC 6749 section 5.1 answers with it. `expires_in` is in seconds. */
export interface IssuedSession {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  /** What it grants, names with one space between. Absent: nothing. */
  readonly scope?: string
}

/** What a session is to be bound to. */
export interface IssueContext {
  /** The Origin header of the request: the page that will use the session. */
  readonly origin?: string | undefined
  /** Where that is a page of the platform's own: the origin of the customer's page that embeds it. Not checked here. */
  readonly embedder?: string | undefined
  /** What the session shall grant, one name or several: no more than the token grants. Default: all of that. */
  readonly scope?: string | readonly string[] | undefined
}

export type Issue = (authentication: Authentication, context?: IssueContext) => Promise<IssuedSession>

const readContext = membersReader(
  'issue',
  { origin, embedder: origin, scope: requestRules.scope },
  'member of the context',
)

/**
 * Makes what makes sessions: the claims and the signature. Whether there may be one is decided before.
 *
 *     { "alg": "RS256", "kid": "...", "typ": "at+jwt" }
 *     { "iss": "https://platform.example", "sub": "shop", "client_id": "shop", "aud": "https://platform.example", "iat": 1790000000,
 *       "exp": 1790000600, "jti": "0ee70ce5-...", "scope": "portal:read", "proj_kid": "key-1", "origin": "https://shop.example" }
 *
 * Nothing else of the project token is copied. RFC 9068 section 2.
 */
export function issuing(settings: SessionIssuerSettings, signer: SessionSigner): Issue {
  const { issuer, audience = issuer, lifetime, claims: claimsOf, clock, onEvent } = settings

  return async (authentication, context = {}) => {
    const { project, projectToken } = checkAuthentication(authentication)
    const { scope: wanted, origin: page, embedder } = readContext(context)
    const scopes = chosenScopes(projectToken.scopes, wanted, context.scope !== undefined)
    const now = readClock(clock)
    const iat = Math.floor(now)
    const ofPage = {
      ...(page !== undefined && { origin: page }),
      ...(embedder !== undefined && { embedder }),
    }
    const granted = scopes.length > 0 ? { scope: scopes.join(' ') } : {}
    const claims = {
      ...furtherClaims(await claimsOf?.(authentication)),
      iss: issuer,
      sub: project.id,
      client_id: project.id,
      aud: audience,
      iat,
      exp: iat + lifetime,
      jti: crypto.randomUUID(),
      ...granted,
      proj_kid: projectToken.kid,
      ...ofPage,
    }
    const facts = { projectId: bounded(project.id), kid: bounded(projectToken.kid) }
    const access_token = await signer.sign(claims).catch((error: unknown) => {
      const { instance, reason, cause } = refusalFactsOf(error) ?? {}
      emit(onEvent, failed(now, reason as OutageReason, instance?.id, cause, { projectId: facts.projectId }))
      throw error
    })
    if (access_token.length > limits.tokenLength.default) {
      throw new SessionTooLongError(
        `The session has ${access_token.length} characters; services refuse more than ${limits.tokenLength.default}. ${claimsOf === undefined ? 'Ask for fewer scopes' : 'Return less from claims, or ask for fewer scopes'}.`,
      )
    }
    const told = {
      sessionId: claims.jti,
      ...facts,
      scopes: Object.freeze(scopes),
      ...ofPage,
      expiresAt: claims.exp,
    }
    emit(
      onEvent,
      Object.freeze({ type: 'session.issued' as const, id: crypto.randomUUID(), time: now, ...told }),
    )
    return { access_token, token_type: 'Bearer', expires_in: lifetime, ...granted }
  }
}

/** A session that no service would take. */
export class SessionTooLongError extends TypeError {}

/** An event of a failure. */
export function failed(
  time: number,
  reason: OutageReason = 'signer_failed',
  id: string = crypto.randomUUID(),
  cause?: unknown,
  names: { readonly projectId?: string } = {},
) {
  const type = names.projectId === undefined ? ('signing_keys.failed' as const) : ('session.failed' as const)
  return Object.freeze({ type, id, time, reason, ...names, ...text('cause', messageOf(cause)) })
}

/** Only a verifier knows who calls: its project comes from a key store, and no other object does. */
function checkAuthentication(given: unknown): Authentication {
  const { project, projectToken } = (given ?? {}) as Partial<Authentication>
  if (isAdmittedProject(project) && projectToken?.claims.proj_id === project.id)
    return { project, projectToken }
  throw new TypeError(
    'issue takes what a verifier has authenticated: { project: projectOf(req), projectToken: projectTokenOf(req) }',
  )
}

/** RFC 6749 section 3.3: never more than was granted. */
function chosenScopes(
  granted: readonly string[],
  wanted: readonly string[],
  isWanted: boolean,
): readonly string[] {
  if (!isWanted) return granted
  if (wanted.every((scope) => granted.includes(scope))) return Array.from(new Set(wanted))
  throw new AuthenticationError('scope_insufficient', { scope: wanted })
}

/** `null` is what a sandboxed frame has, and names no page. */
function origin(given: unknown, wrong: Wrong): string | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given !== 'string') throw wrong('must be an origin, a string')
  if (given === 'null') return undefined
  if (isOrigin(given)) return given
  throw wrong('must be an origin as browsers send it, like https://shop.example')
}

function furtherClaims(given: unknown): Readonly<Record<string, unknown>> {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError('createSessionIssuer: claims must return an object of claims')
  for (const name of Object.keys(given)) {
    if (!/[:/]/.test(name))
      throw new TypeError(
        'createSessionIssuer: claims returned a name without : or /; name claims of your own like https://platform.example/plan',
      )
  }
  // As they are signed: what is no JSON is a mistake of who returns it, and none of the signer.
  return JSON.parse(JSON.stringify(given)) as Readonly<Record<string, unknown>>
}
