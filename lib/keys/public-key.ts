import type { JWK } from 'jose'
import { ownText } from '../encoding/own-text.js'
import { algorithm, flag, moment, unchecked } from '../options/kinds.js'
import {
  givenMembers,
  membersReader,
  optionsReader,
  type OptionsOf,
  type Values,
} from '../options/options.js'
import { quoted } from '../options/quoted.js'
import {
  defaultAlgorithmFor,
  fitsAlgorithm,
  isIdentifier,
  type Algorithm,
  type AlgorithmName,
} from '../protocol.js'
import type { Project, ProjectKey } from '../types.js'
import { isAbsent } from '../jwk/jwk-labels.js'
import { readPublicHalf, type PublicHalf } from '../jwk/public-half.js'
import { thumbprint } from '../jwk/thumbprint.js'
import { admitProject } from './project.js'
import { hasPrimeModulus, primeModulusSteps } from '../jwk/weak-keys.js'

/**
 * A public key as a customer gives it: exactly one of `jwk` and `pem`. Times are epoch seconds or a Date; null is none.
 *
 * Both names take every form: PEM (SPKI, `-----BEGIN PUBLIC KEY-----`), DER (SPKI), a JWK (RFC 7517), a KeyObject, a CryptoKey
 * with the usage `verify`. Text may come as the bytes of a file, as base64 and in quotes; a JWK also as its JSON.
 */
export interface PublicKeyInput {
  readonly jwk?: object | string | null | undefined
  readonly pem?: object | string | null | undefined
  /** Default: that of the JWK, else the RFC 7638 SHA-256 thumbprint. */
  readonly kid?: string
  /** Default: that of the JWK, else ES256, ES384 or ES512 by the curve, RS256 for RSA, EdDSA for Ed25519. */
  readonly alg?: AlgorithmName
  readonly notBefore?: number | Date | null | undefined
  readonly notAfter?: number | Date | null | undefined
  readonly revokedAt?: number | Date | null | undefined
}

export interface KeyAdmissionOptions {
  /**
   * Set by a key store that loads a key which was admitted before it was stored: leaves out the one check that costs
   * milliseconds, whether an RSA modulus is a prime. Default false.
   */
  readonly loaded?: boolean
}

const members = {
  jwk: unchecked,
  pem: unchecked,
  kid: unchecked,
  alg: algorithm,
  notBefore: moment,
  notAfter: moment,
  revokedAt: moment,
} satisfies OptionsOf<PublicKeyInput>

const readOptions = optionsReader('admitProjectKey', {
  loaded: flag,
} satisfies OptionsOf<KeyAdmissionOptions>)

const admitted = new WeakSet<object>()

/** Whether `admitProjectKey` made this very object. */
export function isAdmitted(value: unknown): value is ProjectKey {
  return admitted.has(value as object)
}

/**
 * Checks a public key and binds it, frozen, to its project and to one algorithm. The only source of a `ProjectKey`.
 *
 * Checks: RSA of 2048 to 4096 bits with an odd exponent from 65537 to below 2^32, a modulus that is neither prime nor of
 * the ROCA family; P-256, P-384 and P-521 points on their curve; Ed25519 points not of small order; no private or shared key in
 * any form; `use`, `key_ops`, `alg` and `crv` that agree; numbers of a JWK in their one spelling; a project whose origins are
 * spelled as browsers spell them. Members of a JWK that are null count as absent, as do empty lists in `key_ops` and `oth`.
 * Does not check that the customer holds the private half.
 *
 * However a key is spelled, its thumbprint is that of the members that Node exports of it.
 *
 * Throws a TypeError that says what is wrong. It names the project and the kid if they have at most 40 characters, which is too
 * short for a private key in the wrong place, and never quotes the key.
 * RFC 7517 section 4, RFC 7518 section 6, RFC 7638, RFC 8037 section 2.
 *
 * @example
 * const key = admitProjectKey({ id: 'shop' }, { pem: '-----BEGIN PUBLIC KEY-----\n...' })
 */
export function admitProjectKey(
  project: Project,
  input: PublicKeyInput,
  options: KeyAdmissionOptions = {},
): ProjectKey {
  const { loaded } = readOptions(options)
  const owner = admitProject(project)
  const name = nameOf(owner, (input as PublicKeyInput | null | undefined)?.kid)
  requireKeyInput(name, input)
  const given = membersReader(name, members, 'member')(input)
  try {
    return admit(owner, given, loaded)
  } catch (error) {
    throw new TypeError(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Names the key by what was given as its kid, unless that may be the private key. */
function nameOf({ id }: Project, kid: unknown): string {
  return `Project${quoted(id)}, key${isIdentifier(kid) ? quoted(kid) : ''}`
}

function requireKeyInput(name: string, input: unknown): void {
  if (typeof input !== 'object' || input === null)
    throw new TypeError(`${name}: give an object with jwk or pem`)
  if ('kty' in input) throw new TypeError(`${name}: this looks like a JWK; write { jwk: ... } around it`)
}

const primeModulus = 'the RSA modulus is a prime, so anyone can sign with it; make a new key'

/**
 * The check that `loaded` leaves out, for who has others to serve in between: what `admitProjectKey` would throw for the key
 * with this JWK, or nothing.
 */
export function* primeModulusRefusal(
  project: Project,
  kid: string | undefined,
  { n }: JWK,
): Generator<undefined, TypeError | undefined, undefined> {
  const isPrime = n !== undefined && (yield* primeModulusSteps({ n }))
  return isPrime ? new TypeError(`${nameOf(project, kid)}: ${primeModulus}`) : undefined
}

function admit(project: Project, input: Values<typeof members>, loaded: boolean): ProjectKey {
  const { notBefore, notAfter, revokedAt } = input
  if (isMissing(input.jwk) && isMissing(input.pem)) {
    throw new TypeError(
      'jwk or pem is undefined or empty; is the variable or file that should hold the public key there?',
    )
  }
  if (!isAbsent(input.jwk) && !isAbsent(input.pem)) throw new TypeError('give jwk or pem, not both')
  const half = isAbsent(input.jwk) ? readPublicHalf(input.pem, 'pem') : readPublicHalf(input.jwk, 'jwk')
  if (!loaded && hasPrimeModulus(half.jwk)) {
    throw new TypeError(primeModulus)
  }
  const key: ProjectKey = {
    // It may have been cut out of a token, of which nothing else is to be kept.
    kid: ownText(chooseKid(input.kid, half)),
    alg: chooseAlgorithm(input.alg, half),
    publicKey: half.publicKey,
    project,
    ...givenMembers({ notBefore, notAfter, revokedAt }),
  }
  if ((notBefore ?? -Infinity) >= (notAfter ?? Infinity))
    throw new TypeError('notBefore must be before notAfter')
  admitted.add(Object.freeze(key))
  return key
}

/** An unset variable is undefined, and a file that could not be read is often ''. */
function isMissing(value: unknown): boolean {
  return isAbsent(value) || value === ''
}

function chooseKid(given: unknown, { jwk, labels }: PublicHalf): string {
  const inJwk = labels.kid
  if (given !== undefined && inJwk !== undefined && given !== inJwk)
    throw new TypeError('kid and the kid of the JWK differ')
  const chosen = given === undefined ? inJwk : given
  const kid = chosen === undefined ? thumbprint(jwk) : chosen
  if (!isIdentifier(kid)) throw new TypeError('kid must be a string of 1 to 256 printable characters')
  return kid
}

function chooseAlgorithm(given: Algorithm | undefined, { jwk, labels }: PublicHalf): Algorithm {
  const inJwk = algorithm(labels.alg, (what) => new TypeError(`alg ${what}`))
  if (given !== undefined && inJwk !== undefined && given !== inJwk)
    throw new TypeError('alg and the alg of the JWK differ')
  const alg = (given ?? inJwk ?? defaultAlgorithmFor(jwk)) as Algorithm
  if (!fitsAlgorithm(jwk, alg)) throw new TypeError('alg does not fit the type or curve of the key')
  return alg
}
