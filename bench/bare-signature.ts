import { constants, verify, webcrypto, type KeyObject } from 'node:crypto'
import { ecdsaDer } from '../lib/verify/ecdsa-der.js'
import type { Alg, PublicJwk } from './platform.js'

export type VerifyBare = (
  input: Buffer,
  signature: Buffer,
  done: (error: Error | null, matches: boolean) => void,
) => void

/*
 * The versions and the way by `subtle` stand in the package too. They are written again on purpose: what is measured against must not
 * become slow, or fast, by a mistake in what is measured. The DER alone is the package's: its time is small beside a verification,
 * the spec next to this file sees that it is right, and a second encoder would only be more to read.
 */

/** From 24.17 to 24.21 an options object costs `verify` almost as much again as a bare key. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const optionsAreSlow = major === 24 && minor >= 17 && minor <= 21

/** The cheapest way that this Node has to verify on the thread pool. An ES256 signature is to be in DER. */
export function verifyBare(alg: Alg, key: KeyObject, jwk: PublicJwk): VerifyBare {
  if (alg === 'PS256') return optionsAreSlow ? pssBySubtle(jwk) : pssByOptions(key)
  const digest = alg === 'EdDSA' ? null : 'sha256'
  return (input, signature, done) => {
    verify(digest, input, key, signature, done)
  }
}

function pssByOptions(key: KeyObject): VerifyBare {
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  return (input, signature, done) => {
    verify('sha256', input, options, signature, done)
  }
}

function pssBySubtle(jwk: PublicJwk): VerifyBare {
  const { subtle } = webcrypto
  const algorithm = { name: 'RSA-PSS', saltLength: 32 }
  const form = { name: 'RSA-PSS', hash: 'SHA-256' }
  const importing = subtle.importKey('jwk', jwk as webcrypto.JsonWebKey, form, false, ['verify'])
  let imported: webcrypto.CryptoKey | undefined
  const verifyWith = (key: webcrypto.CryptoKey, ...[input, signature, done]: Parameters<VerifyBare>) => {
    imported = key
    subtle.verify(algorithm, key, signature, input).then(
      (matches) => {
        done(null, matches)
      },
      done as (error: Error) => void,
    )
  }
  return (...call) => {
    if (imported !== undefined) verifyWith(imported, ...call)
    else
      void importing.then((key) => {
        verifyWith(key, ...call)
      })
  }
}

/** As `verify` takes it from a bare key. Only ECDSA has two forms. */
export function bareSignature(alg: Alg, signature: Buffer): Buffer {
  return alg === 'ES256' ? ecdsaDer(signature) : signature
}
