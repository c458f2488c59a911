import { readPrivateHalf, type PrivateHalf, type PrivateKeyInput } from '../jwk/private-half.js'
import { thumbprint } from '../jwk/thumbprint.js'
import { chooseAlgorithm, chooseKid, type LoadedKey, type WantedNames } from './key-names.js'

/**
 * Reads a private key and chooses its names, with `node:crypto`. Where there is none, web-key.ts stands in for this file. Throws a TypeError that says what is wrong, and never
 * quotes the key.
 */
export function loadPrivateKey(
  input: PrivateKeyInput,
  { alg, kid, labels, caller }: WantedNames,
): LoadedKey | Promise<LoadedKey> {
  const half = readFor(caller, input)
  return {
    key: half.key,
    alg: chooseAlgorithm(alg, labels.alg ?? half.alg, half.publicJwk, caller),
    kid: chooseKid(kid, labels.kid ?? half.kid, caller) ?? thumbprint(half.publicJwk),
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
