import type { KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'
import {
  algorithmNamed,
  algorithmNames,
  defaultAlgorithmFor,
  fitsAlgorithm,
  isIdentifier,
  type Algorithm,
} from '../protocol.js'

/** A private key with the two names under which it signs. */
export interface LoadedKey {
  readonly key: KeyObject | CryptoKey
  readonly alg: Algorithm
  readonly kid: string
}

export interface WantedNames {
  readonly alg: Algorithm | undefined
  readonly kid: string | undefined
  /** What the file says in which the key came. */
  readonly labels: { readonly alg: string | undefined; readonly kid: string | undefined }
  /** Who speaks, in errors. */
  readonly caller: string
}

/** Undefined: neither names one, so it is the thumbprint. */
export function chooseKid(wanted: unknown, labelled: unknown, caller: string): string | undefined {
  const kid = wanted ?? labelled
  if (kid === undefined || isIdentifier(kid)) return kid
  throw new TypeError(`${caller}: the kid of privateKey must be a string of 1 to 256 characters`)
}

/** The algorithm that is wanted, that the key is marked for, or the default one for a key of its type and curve. */
export function chooseAlgorithm(
  wanted: Algorithm | undefined,
  labelled: unknown,
  publicJwk: { readonly kty?: unknown; readonly crv?: unknown },
  caller: string,
): Algorithm {
  const alg = wanted ?? algorithmNamed(labelled) ?? defaultAlgorithmFor(publicJwk)
  if (alg === undefined) {
    throw new TypeError(`${caller}: alg must be one of ${algorithmNames}, and privateKey a key for it`)
  }
  if (labelled !== undefined && algorithmNamed(labelled) !== alg) {
    throw new TypeError(`${caller}: alg is not the alg that the key is marked for`)
  }
  if (!fitsAlgorithm(publicJwk, alg)) throw new TypeError(`${caller}: privateKey is not a key for ${alg}`)
  return alg
}
