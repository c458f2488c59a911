import type { JWK } from 'jose'
import { algorithm, required, text } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import { sessionTokenType, type AlgorithmName } from '../protocol.js'
import { generateKeyPair } from './key-pair.js'
import type { TestProject } from './project.js'
import { requestHeaders, signToken, type TokenOverrides } from './token-overrides.js'

/** An issuer of sessions in a test of a service. */
export interface TestSessionIssuer {
  /** The public key, as the issuer's address would serve it: `keys: { jwks }` of `sessionAuth`. RFC 7517 section 5. */
  readonly jwks: { readonly keys: readonly (JWK & { readonly kid: string })[] }
  /**
   * Signs a new session of a project, in which these things are other than honest: for the first of its `allowedOrigins`, with all its
   * scopes. Throws a TypeError for a misspelled override.
   */
  sign(project: TestProject, overrides?: TokenOverrides): string
  /**
   * The headers of a request of the project's page: a new session in `Authorization`, and the first of `allowedOrigins` in `Origin`.
   * `origin` is another one, or false for none.
   */
  headers(
    project: TestProject,
    overrides?: TokenOverrides & { readonly origin?: string | false | undefined },
  ): Record<string, string>
}

const name = text({ fits: (given) => given !== '', what: 'a non-empty string' })

const readOptions = optionsReader('createTestSessionIssuer', {
  issuer: required(name, 'that of sessionAuth'),
  audience: name,
  alg: algorithm,
} satisfies OptionsOf<Parameters<typeof createTestSessionIssuer>[0]>)

/**
 * Makes what signs sessions for tests of a service, which then needs no platform: give its `jwks` to `sessionAuth`. The key pair is made
 * anew each time and is in this process alone. To test the platform that issues sessions, use `createSessionIssuer` itself.
 *
 *     { "alg": "ES256", "kid": "...", "typ": "at+jwt" }
 *     { "iss": "https://platform.example", "sub": "shop", "client_id": "shop", "aud": "https://platform.example", "jti": "...",
 *       "iat": 1790000000, "exp": 1790000600, "scope": "orders:read", "proj_kid": "...", "origin": "https://shop.example" }
 *
 * Throws a TypeError for a wrong option. RFC 9068 section 2.
 *
 * @example
 * const platform = createTestSessionIssuer({ issuer: 'https://platform.example' })
 * app.use('/orders', sessionAuth({ issuer: 'https://platform.example', keys: { jwks: platform.jwks } }))
 */
export function createTestSessionIssuer(options: {
  /** That of `sessionAuth`: `iss` of the sessions. */
  readonly issuer: string
  /** That of `sessionAuth`: `aud` of the sessions. Default: the issuer. */
  readonly audience?: string
  /** Default ES256. */
  readonly alg?: AlgorithmName
}): TestSessionIssuer {
  const { issuer, audience = issuer, alg = 'ES256' } = readOptions(options)
  const keyPair = generateKeyPair(alg)

  function sign(owner: TestProject, overrides: TokenOverrides = {}): string {
    const { id, scopes = [], allowedOrigins: [origin] = [] } = projectOf(owner)
    const claims = {
      iss: issuer,
      sub: id,
      client_id: id,
      aud: audience,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      proj_kid: owner.kid,
      origin,
    }
    return signToken({ keyPair, typ: sessionTokenType, claims, expiresIn: 600 }, overrides)
  }

  return Object.freeze({
    jwks: { keys: [keyPair.publicJwk] },
    sign,
    headers: (owner, overrides = {}) =>
      requestHeaders((token) => sign(owner, token), overrides, projectOf(owner).allowedOrigins?.[0]),
  } satisfies TestSessionIssuer)
}

/** Callers without TypeScript pass anything. */
function projectOf(owner: TestProject) {
  const { project, kid } = Object(owner) as Partial<TestProject>
  if (project !== undefined && kid !== undefined) return project
  throw new TypeError('A session is of what createTestProject returns: sign(shop), not sign(shop.project)')
}
