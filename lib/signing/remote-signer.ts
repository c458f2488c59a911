import { hasMethod } from '../options/kinds.js'
import {
  algorithmNamed,
  algorithmNames,
  algorithms,
  isIdentifier,
  limits,
  type Algorithm,
  type AlgorithmName,
} from '../protocol.js'

/**
 * Signs where the private key is: in a KMS or HSM.
 *
 * `sign` gets the bytes to sign and returns the raw signature: R and S joined for ES256, ES384 and ES512 (`ecdsaSignatureFromDer`
 * makes it of DER), else what RFC 7518 and RFC 8037 say. What it throws reaches the caller of `signer.sign()`, and there is no
 * time limit but its own.
 *
 * @example
 * const privateKey: RemoteSigner = { alg: 'ES256', kid: 'key-1', sign: (data) => kms.sign(data) }
 */
export interface RemoteSigner {
  readonly alg: AlgorithmName
  readonly kid: string
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export function isRemoteSigner(value: unknown): value is RemoteSigner {
  return hasMethod(value, 'sign')
}

export function checkRemoteSigner(
  remote: RemoteSigner,
  { alg, caller }: { readonly alg: Algorithm | undefined; readonly caller: string },
): RemoteSigner {
  if (algorithmNamed(remote.alg) === undefined) {
    throw new TypeError(`The remote signer needs alg: one of ${algorithmNames}`)
  }
  if (alg !== undefined && alg !== algorithmNamed(remote.alg)) {
    throw new TypeError(`${caller}: alg is not the alg of the remote signer`)
  }
  if (!isIdentifier(remote.kid)) throw new TypeError('The remote signer needs a kid of 1 to 256 characters')
  return remote
}

/** Refuses a signature that no platform would accept, while somebody is there who can correct it. */
export async function askRemoteSigner(remote: RemoteSigner, data: Uint8Array): Promise<Uint8Array> {
  const signature: unknown = await remote.sign(data)
  if (!(signature instanceof Uint8Array)) throw new TypeError('The remote signer must return a Uint8Array')
  const alg = algorithmNamed(remote.alg)
  const exact = alg && algorithms.get(alg)?.signatureBytes
  if (exact === undefined) {
    const { min, max } = limits.rsaBits
    if (signature.length >= min / 8 && signature.length <= max / 8) return signature
    throw new TypeError(
      `The remote signer returned ${signature.length} bytes; an RSA signature has ${min / 8} to ${max / 8}`,
    )
  }
  if (signature.length === exact) return signature
  const der = signature[0] === 0x30 && remote.alg.startsWith('ES')
  throw new TypeError(
    der
      ? `The remote signer returned a DER signature; make it R and S of ${exact / 2} bytes each, joined, with ecdsaSignatureFromDer of reverse-jwt/customer`
      : `The remote signer returned ${signature.length} bytes; an ${remote.alg} signature has ${exact}`,
  )
}
