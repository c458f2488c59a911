import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { readPrivateHalf, type PrivateHalf, type PrivateKeyInput } from '../jwk/private-half.js'
import { thumbprint } from '../jwk/thumbprint.js'
import type { Wrong } from '../options/options.js'
import {
  algorithmNamed,
  algorithmNames,
  defaultAlgorithmFor,
  fitsAlgorithm,
  isIdentifier,
  type Algorithm,
} from '../protocol.js'
import type { ProjectKeyFile } from './key-file.js'
import type { RemoteSigner } from './remote-signer.js'

/** A private key with the two names under which it signs. */
export interface LoadedKey {
  readonly key: KeyObject
  readonly alg: Algorithm
  readonly kid: string
}

/** The option `privateKey`: there is one. What it is, its reader says. */
export function privateKey(given: unknown, wrong: Wrong): PrivateKeyInput | RemoteSigner | ProjectKeyFile {
  if (given === undefined || given === '') {
    throw wrong('is undefined or empty; is the variable or file that should hold it there?')
  }
  const isKey = typeof given === 'string' || (typeof given === 'object' && given !== null)
  if (isKey && !Array.isArray(given)) return given
  throw wrong('must be PEM text, DER, a JWK, a KeyObject, a CryptoKey, a key file or a remote signer')
}

export interface WantedNames {
  readonly alg: Algorithm | undefined
  readonly kid: string | undefined
  /** What the file says in which the key came. */
  readonly labels: { readonly alg: string | undefined; readonly kid: string | undefined }
  /** Who speaks, in errors. */
  readonly caller: string
}

/** Reads a private key and chooses its names. Throws a TypeError that says what is wrong, and never quotes the key. */
export function loadPrivateKey(input: PrivateKeyInput, { alg, kid, labels, caller }: WantedNames): LoadedKey {
  const half = readFor(caller, input)
  return {
    key: half.key,
    alg: chooseAlgorithm(alg, labels.alg ?? half.alg, half.publicJwk, caller),
    kid: chooseKid(kid, labels.kid ?? half.kid, half.publicJwk, caller),
  }
}

/** The sentences of the reader begin with `privateKey`, the name of the option. */
function readFor(caller: string, input: PrivateKeyInput): PrivateHalf {
  try {
    return readPrivateHalf(input)
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${caller}: ${error.message}`) : error
  }
}

function chooseKid(wanted: unknown, labelled: unknown, publicJwk: JWK, caller: string): string {
  const kid = wanted ?? labelled
  if (kid === undefined) return thumbprint(publicJwk)
  if (!isIdentifier(kid))
    throw new TypeError(`${caller}: the kid of privateKey must be a string of 1 to 256 characters`)
  return kid
}

function chooseAlgorithm(
  wanted: Algorithm | undefined,
  labelled: unknown,
  publicJwk: JWK,
  caller: string,
): Algorithm {
  const alg = wanted ?? algorithmNamed(labelled) ?? defaultAlgorithmFor(publicJwk)
  if (alg === undefined) {
    throw new TypeError(`${caller}: alg must be one of ${algorithmNames}, and privateKey a key for it`)
  }
  if (labelled !== undefined && algorithmNamed(labelled) !== alg) {
    throw new TypeError(`${caller}: alg is not the alg that privateKey is marked for`)
  }
  if (!fitsAlgorithm(publicJwk, alg)) throw new TypeError(`${caller}: privateKey is not a key for ${alg}`)
  return alg
}
