import { AuthenticationError } from '../errors.js'
import type { RefusalReason } from '../http/refusals.js'
import type { Project, ProjectClaims } from '../types.js'

/** What the request must match besides the token. */
export interface VerifyContext {
  /** The Origin header of the request, a string. Absent or null: there was none. Anything else is a TypeError. */
  readonly origin?: string | null | undefined
  /** A scope that the resource requires, or several: all of them. */
  readonly scope?: string | readonly string[] | undefined
}

/** The context after its check. */
export interface Bounds {
  readonly origin: string | null | undefined
  readonly scope: readonly string[]
  /** The origin is that of the page around one of the platform's own, as that one says: only a project that lists it is embedded. */
  readonly isEmbedder?: boolean
}

/**
 * Step 6: is the token bound to this project's issuer, to where the request comes from, and to what it asks for?
 *
 * Returns the granted scopes. Checks `iss`, suspension, the origin, and the required scopes, in this order. An Origin is
 * compared as the text that browsers send (RFC 6454 section 7.1), so case, port and scheme count. Outside a browser the header
 * can be forged: it binds pages, not programs.
 */
export function checkBinding(
  claims: ProjectClaims,
  project: Project,
  bounds: Bounds,
  { requireOrigin }: { readonly requireOrigin: boolean },
): readonly string[] {
  if (claims.iss !== (project.issuer ?? project.id)) throw new AuthenticationError('issuer_mismatch')
  if (project.suspended === true) throw new AuthenticationError('project_suspended')
  checkOrigin(bounds, claims.origin, project.allowedOrigins, requireOrigin)
  const { scope } = bounds
  const granted = grantedScopes(claims.scope, project.scopes)
  if (scope.length > 0 && !includesAll(granted, scope))
    throw new AuthenticationError('scope_insufficient', { scope })
  return granted
}

function checkOrigin(
  { origin, isEmbedder = false }: Bounds,
  claimed: string | undefined,
  allowed: readonly string[] | undefined,
  requireOrigin: boolean,
): void {
  // Any sandboxed frame anywhere has the origin null, so it satisfies no rule. Nor does what is no text.
  const opaque = typeof origin !== 'string' || origin === '' || origin === 'null'
  if (isEmbedder && opaque) throw notAllowed('origin_missing', 'the own page names no embedder', unnamed)
  if ((requireOrigin || claimed !== undefined) && opaque)
    throw notAllowed('origin_missing', 'the request has no origin, and needs one', missing(origin))
  if (claimed !== undefined && claimed !== origin)
    throw notAllowed('origin_not_claimed', 'the origin is not the one in the token')
  if (isEmbedder && allowed === undefined)
    throw notAllowed('origin_not_of_project', 'the project lists no origins, so no page may embed')
  if (origin !== undefined && origin !== null && allowed !== undefined && !allowed.includes(origin)) {
    const description = opaque ? missing(origin) : undefined
    throw notAllowed('origin_not_of_project', 'the origin is not one of the project', description)
  }
}

const unnamed =
  "A page of the platform's own must send embedder: the origin of the page that embeds it, as browsers write it, and not null."

/** What follows from the request alone, in the words of who looks at it. */
function missing(origin: string | null | undefined): string {
  return origin === 'null'
    ? 'The Origin of the request is null, which names no page. It is so in sandboxed frames, and in form posts under Referrer-Policy: no-referrer.'
    : 'The request has no Origin header, and needs one here.'
}

function notAllowed(reason: RefusalReason, cause: string, description?: string): AuthenticationError {
  return new AuthenticationError('origin_not_allowed', { reason, cause, description })
}

function includesAll(granted: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((scope) => granted.includes(scope))
}

/** RFC 6749 section 3.3: a token may ask for less than its project has, never for more. */
function grantedScopes(asked: string | undefined, owned: readonly string[] = []): readonly string[] {
  if (asked === undefined) return owned
  const names = asked.split(' ')
  return owned.filter((scope) => names.includes(scope))
}
