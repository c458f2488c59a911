import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { readPublicHalf } from '../jwk/public-half.js'
import {
  algorithmNamed,
  algorithmNames,
  defaultAlgorithmFor,
  fitsAlgorithm,
  isIdentifier,
  type Algorithm,
} from '../protocol.js'

/** What a session may be signed with: what gateways and libraries read. */
export const sessionAlgorithms: readonly Algorithm[] = ['RS256', 'ES256', 'PS256', 'EdDSA']

/** A public key of the platform, as `/.well-known/jwks.json` has it. RFC 7517 section 4. */
export interface SessionJwk extends JWK {
  readonly kid: string
  readonly alg: Algorithm
  readonly use: 'sig'
}

/** A key under which sessions are verified. */
export interface SessionKey {
  readonly kid: string
  readonly alg: Algorithm
  readonly publicKey: KeyObject
  readonly jwk: SessionJwk
}

/** What a key is called where that is known without it. */
interface Names {
  readonly kid?: string | undefined
  readonly alg?: Algorithm | undefined
}

/**
 * Reads a public JWK of the platform. Throws a TypeError for one that is no public key, that is weak, that has no kid, or that is
 * for another use; it never quotes the key.
 */
export function sessionKey(given: unknown, names: Names = {}): SessionKey {
  const { publicKey, jwk, labels } = readPublicHalf(given, 'publicJwk')
  const kid = sameName('kid', names.kid, labels.kid)
  if (!isIdentifier(kid)) throw new TypeError('publicJwk must have a kid of 1 to 256 characters')
  const named = labels.alg === undefined ? undefined : algorithmNamed(labels.alg)
  if (labels.alg !== undefined && named === undefined)
    throw new TypeError(`publicJwk must have an alg of ${algorithmNames}`)
  const alg = sameName('alg', names.alg, named) ?? defaultAlgorithmFor(jwk)
  if (alg === undefined || !fitsAlgorithm(jwk, alg))
    throw new TypeError('the alg of publicJwk does not fit the type or curve of the key')
  return Object.freeze({ kid, alg, publicKey, jwk: Object.freeze({ ...jwk, kid, alg, use: 'sig' as const }) })
}

function sameName<T>(name: string, given: T | undefined, labelled: unknown): T | undefined {
  if (given !== undefined && labelled !== undefined && given !== labelled)
    throw new TypeError(`${name} and the ${name} of publicJwk differ`)
  return given ?? (labelled as T | undefined)
}
