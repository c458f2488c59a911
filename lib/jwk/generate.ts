import type { JWK } from 'jose'
import { exportJWK, exportPKCS8 } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { algorithm } from '../options/kinds.js'
import { argumentReader } from '../options/options.js'
import type { AlgorithmName } from '../protocol.js'
import { refuseBrowser } from './browser-guard.js'

export interface ProjectKeyPair {
  /** PKCS#8 PEM. Stays with the customer's backend. */
  readonly privateKey: string
  /** What the platform registers. */
  readonly publicJwk: JWK & { readonly kid: string }
  /** RFC 7638 SHA-256 thumbprint of the public key. */
  readonly kid: string
}

const readAlgorithm = argumentReader('generateProjectKey', 'alg', algorithm)

/**
 * Makes a key pair for a project. RSA keys have 3072 bits. Throws a TypeError for an algorithm that is not one of ours.
 *
 *     { "privateKey": "-----BEGIN PRIVATE KEY-----\n...", "kid": "NzbLsXh8...",
 *       "publicJwk": { "kty": "EC", "crv": "P-256", "x": "...", "y": "...", "kid": "NzbLsXh8...", "alg": "ES256", "use": "sig" } }
 *
 * @example
 * const { privateKey, publicJwk, kid } = await generateProjectKey('ES256')
 */
export async function generateProjectKey(alg?: AlgorithmName): Promise<ProjectKeyPair> {
  refuseBrowser()
  const chosen = readAlgorithm(alg) ?? 'ES256'
  const pair = await generateKeyPair(chosen, { extractable: true, modulusLength: 3072 })
  const publicJwk = await exportJWK(pair.publicKey)
  // By WebCrypto, because this runs at the edge, too.
  const kid = await calculateJwkThumbprint(publicJwk)
  return {
    privateKey: await exportPKCS8(pair.privateKey),
    publicJwk: { ...publicJwk, kid, alg: chosen, use: 'sig' },
    kid,
  }
}
