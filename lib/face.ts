import { refuseUnknownNames } from './known-names.js'
import { refuseUndefined, requireThat, verifierOptionNames, type VerifierOptions } from './options.js'
import { isScopeName } from './protocol.js'
import type { Authentication, Project, ProjectToken, RequestLike } from './types.js'
import { createVerifier, type RequestRules, type Verifier } from './verifier.js'
import type { TokenSource } from './verify/credentials.js'
import { warnOnce } from './warnings.js'

/** What a face adds to the verifier. */
export interface FaceOptions {
  /** Let requests without any credentials pass, unauthenticated. A bad token is refused all the same. Default false. */
  readonly optional?: boolean
  /** A scope, or several, that the token must grant: all of them. */
  readonly scope?: string | readonly string[]
  /** Where a token may be. Default `['header']`; `'body'` is the form field `access_token`, for a portal opened by a form post. */
  readonly tokenFrom?: readonly TokenSource[]
}

/** A verifier with the options of a face, or the options of both. */
export type FaceSettings = FaceOptions & ({ readonly verifier: Verifier } | VerifierOptions)

export interface Face {
  readonly verifier: Verifier
  readonly rules: RequestRules
  readonly optional: boolean
}

const faceOptionNames: Readonly<Record<keyof FaceOptions, true>> = {
  optional: true,
  scope: true,
  tokenFrom: true,
}

/** Parses what `reverseJwt` and `ReverseJwtStrategy` take. Throws a TypeError that names the option. */
export function parseFaceOptions(options: FaceSettings): Face {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new TypeError('Give an object: { verifier }, or audience, keyStore and replayStore')
  }
  const { optional = false, scope, tokenFrom = ['header'], ...rest } = options
  refuseUndefined(options)
  requireThat(typeof (optional as unknown) === 'boolean', 'optional must be true or false')
  const places =
    Array.isArray(tokenFrom) && tokenFrom.every((place) => place === 'header' || place === 'body')
  requireThat(places && tokenFrom.length > 0, "tokenFrom must be a list of 'header' and 'body'")
  return {
    verifier: verifierFrom(rest),
    rules: { tokenFrom, ...(scope !== undefined && { scope: parseScope(scope) }) },
    optional,
  }
}

function verifierFrom(options: { readonly verifier: Verifier } | VerifierOptions): Verifier {
  requireThat(!('authenticate' in options), 'verifier must be named: { verifier }')
  if (!('verifier' in options)) {
    refuseUnknownNames(options, { ...verifierOptionNames, ...faceOptionNames, verifier: true }, 'option')
    return createVerifier(options)
  }
  const { verifier, ...others } = options
  for (const name of Object.keys(others)) {
    requireThat(
      !Object.hasOwn(verifierOptionNames, name),
      `${name} belongs to createVerifier when verifier is given`,
    )
  }
  refuseUnknownNames(others, { ...faceOptionNames, verifier: true }, 'option')
  requireThat(
    typeof (verifier as Verifier | null)?.authenticate === 'function',
    'verifier must come from createVerifier',
  )
  return verifier
}

/** RFC 6749 section 3.3; the names also stand in the challenge. */
function parseScope(scope: unknown): readonly string[] {
  const names: unknown[] = typeof scope === 'string' ? scope.split(' ') : Array.isArray(scope) ? scope : []
  requireThat(names.length > 0 && names.every(isScopeName), 'scope must be a scope name or a list of them')
  return names as string[]
}

/** What a face writes on the request. */
interface AuthenticatedRequest {
  project?: Project
  projectToken?: ProjectToken
}

/** A token that came in the clear can be read on its way; loopback is no way. */
export function checkTransport({ secure, socket }: RequestLike): void {
  const address = socket?.remoteAddress ?? '::1'
  if (secure === false && !/^(?:::ffff:)?127\.|^::1$/.test(address)) warnOnce('REVERSE_JWT_NO_TLS')
}

export function attach(request: RequestLike, { project, projectToken }: Authentication): void {
  Object.assign<RequestLike, AuthenticatedRequest>(request, { project, projectToken })
}

/**
 * The project that this request was authenticated as.
 *
 *     { "id": "shop", "issuer": "shop", "allowedOrigins": ["https://shop.example"], "suspended": false }
 *
 * Throws an Error where nothing was authenticated: the route is not behind `reverseJwt` or `ReverseJwtStrategy`, or is
 * behind one with `optional: true` and the request came without a token.
 *
 * @example
 * app.get('/portal', (req, res) => res.json({ id: projectOf(req).id }))
 */
export function projectOf(request: object): Project {
  return authenticated((request as AuthenticatedRequest).project, 'project')
}

/**
 * The verified token of this request: `{ header, claims, scopes, kid }`. Never its text. Throws like `projectOf`.
 *
 * @example
 * app.get('/portal', (req, res) => res.json({ scopes: projectTokenOf(req).scopes }))
 */
export function projectTokenOf(request: object): ProjectToken {
  return authenticated((request as AuthenticatedRequest).projectToken, 'projectToken')
}

function authenticated<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value
  throw new Error(
    `This request has no ${name}. Mount reverseJwt() or passport.authenticate('reverse-jwt') before this handler; behind optional: true, look at req.${name} first.`,
  )
}
