import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { ProjectWithKeys } from '../keys/memory.js'
import { admitProject } from '../keys/project.js'
import { algorithm, identifier, required, text, unchecked } from '../options/kinds.js'
import { givenMembers, optionsReader, type Option, type OptionsOf } from '../options/options.js'
import { projectTokenType, type AlgorithmName } from '../protocol.js'
import { generateKeyPair } from './key-pair.js'
import { requestHeaders, signToken, type TokenOverrides } from './token-overrides.js'

/** A project of a test, with the key pair that its customer would have. */
export interface TestProject {
  /** What a `MemoryKeyStore` takes: the project, and its public key. */
  readonly project: ProjectWithKeys
  /** For a platform that reads its keys from elsewhere. */
  readonly publicJwk: JWK & { readonly kid: string }
  /** RFC 7638 SHA-256 thumbprint of the public key. */
  readonly kid: string
  /** What `createSigner` and `proveKeyPossession` take. */
  readonly privateKey: KeyObject
  /** Signs a new token, in which these things are other than honest. Throws a TypeError for a misspelled override. */
  sign(overrides?: TokenOverrides): string
  /**
   * The headers of a request of the project's page: a new token in `Authorization`, and the first of `allowedOrigins` in `Origin`.
   * `origin` is another one, or false for none.
   *
   *     { "Authorization": "Bearer eyJ...", "Origin": "https://shop.example" }
   */
  headers(
    overrides?: TokenOverrides & { readonly origin?: string | false | undefined },
  ): Record<string, string>
}

const readOptions = optionsReader('createTestProject', {
  audience: required(
    text({ fits: (name) => name !== '', what: 'a non-empty string' }),
    'that of your verifier',
  ),
  id: identifier,
  allowedOrigins: unchecked as Option<readonly string[] | undefined>,
  scopes: unchecked as Option<readonly string[] | undefined>,
  alg: algorithm,
} satisfies OptionsOf<Parameters<typeof createTestProject>[0]>)

/**
 * Makes a project for tests, with a key pair of its own, at once: no file, no network, nothing to wait for but an RSA key. Its tokens are
 * those of a real customer, and your verifier stays the real one, with all its options.
 *
 * The pair is made anew each time and is in this process alone, so nothing that it signs is accepted by a verifier that was not given its
 * public key. Times are by `Date.now()`, as are those of a verifier without `clock`.
 *
 *     { "alg": "ES256", "kid": "...", "typ": "project-auth+jwt" }
 *     { "iss": "shop", "sub": "shop", "aud": "https://platform.example", "proj_id": "shop", "jti": "...", "iat": 1789999880, "exp": 1790000000 }
 *
 * Throws a TypeError for a wrong option.
 *
 * @example
 * const shop = createTestProject({ id: 'shop', audience: 'https://platform.example' })
 * const keyStore = new MemoryKeyStore([shop.project])
 * const expired = shop.sign({ age: 300 })
 */
export function createTestProject(options: {
  /** That of your verifier: `aud` of the tokens. */
  readonly audience: string
  /** Default `test-project`. */
  readonly id?: string
  /** Serialized origins of its pages. Absent: any origin may call. */
  readonly allowedOrigins?: readonly string[]
  /** What its tokens may be granted at most. Absent: nothing. */
  readonly scopes?: readonly string[]
  /** Default ES256. An RSA key takes a moment to make. */
  readonly alg?: AlgorithmName
}): TestProject {
  const { audience, id = 'test-project', alg = 'ES256', ...rest } = readOptions(options)
  const { allowedOrigins, scopes } = admitProject({ id, ...givenMembers(rest) })
  const keyPair = generateKeyPair(alg)
  const { publicJwk, kid, privateKey } = keyPair
  const claims = { iss: id, sub: id, aud: audience, proj_id: id }
  const honest = { keyPair, typ: projectTokenType, claims, expiresIn: 120 }

  const sign = (overrides: TokenOverrides = {}) => signToken(honest, overrides)
  return Object.freeze({
    project: Object.freeze({ id, ...givenMembers({ allowedOrigins, scopes }), keys: [{ jwk: publicJwk }] }),
    publicJwk,
    kid,
    privateKey,
    sign,
    headers: (overrides = {}) => requestHeaders(sign, overrides, allowedOrigins?.[0]),
  } satisfies TestProject)
}
