import { constants, verify, webcrypto, type KeyObject } from 'node:crypto'
import type { Alg, PublicJwk } from './platform.js'

export type VerifyBare = (
  input: Buffer,
  signature: Buffer,
  done: (error: Error | null, matches: boolean) => void,
) => void

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

/** As `verify` takes it from a bare key: RFC 3279 section 2.2.3. Only ES256 has two forms; its 64 bytes need no long lengths. */
export function bareSignature(alg: Alg, signature: Buffer): Buffer {
  if (alg !== 'ES256') return signature
  const der = Buffer.allocUnsafe(72)
  const end = writeInteger(signature, 32, der, writeInteger(signature, 0, der, 2))
  der[0] = 0x30
  der[1] = end - 2
  return der.subarray(0, end)
}

/** Writes the 32 bytes as an INTEGER; returns where it ends. */
function writeInteger(signature: Buffer, start: number, der: Buffer, at: number): number {
  let from = start
  while (from < start + 31 && signature[from] === 0) from++
  const zero = (signature[from] ?? 0) >= 0x80 ? 1 : 0
  const length = start + 32 - from + zero
  der[at] = 0x02
  der[at + 1] = length
  der[at + 2] = 0
  signature.copy(der, at + 2 + zero, from, start + 32)
  return at + 2 + length
}
