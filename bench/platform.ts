import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { MemoryKeyStore, type ProjectWithKeys } from '../lib/index.js'

export const algs = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const
export type Alg = (typeof algs)[number]

export const audience = 'https://platform.example'
export const projectId = 'shop'
export const origin = 'https://shop.example'
/** A URL, because express-oauth2-jwt-bearer takes nothing else. */
export const issuer = 'https://shop.example/'
export const tokenType = 'project-auth+jwt'

/** Seconds that the tokens of the benchmark live: as long as a verifier can be told to allow, so that none expires meanwhile. */
export const lifetime = 3600

export const kidOf = (alg: Alg) => `key-${alg.toLowerCase()}`

export type PublicJwk = JsonWebKey & { readonly kid: string; readonly alg: Alg; readonly use: 'sig' }

export interface KeySet {
  readonly privateKeys: Readonly<Record<Alg, KeyObject>>
  readonly publicKeys: Readonly<Record<Alg, KeyObject>>
  /** What a customer's key set endpoint serves. */
  readonly jwks: { readonly keys: readonly PublicJwk[] }
}

let made: KeySet | undefined

/** One key for each algorithm; RSA of 2048 bits. The same for all parts of a run, because to make one of RSA takes long. */
export function makeKeys(): KeySet {
  return (made ??= makeKeySet())
}

function makeKeySet(): KeySet {
  const pairs = algs.map((alg) => [alg, makePair(alg)] as const)
  const pick = (half: 'privateKey' | 'publicKey') =>
    Object.fromEntries(pairs.map(([alg, pair]) => [alg, pair[half]])) as Record<Alg, KeyObject>
  const keys = pairs.map(([alg, { publicKey }]) => {
    const jwk: PublicJwk = { ...publicKey.export({ format: 'jwk' }), kid: kidOf(alg), alg, use: 'sig' }
    return jwk
  })
  return { privateKeys: pick('privateKey'), publicKeys: pick('publicKey'), jwks: { keys } }
}

/** The one project of the benchmark as a platform stores it. */
function projectOfKeys(jwks: KeySet['jwks']): ProjectWithKeys {
  return { id: projectId, issuer, allowedOrigins: [origin], keys: jwks.keys.map((jwk) => ({ jwk })) }
}

export function keyStoreOf(jwks: KeySet['jwks']): MemoryKeyStore {
  return new MemoryKeyStore([projectOfKeys(jwks)])
}

function makePair(alg: Alg): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}
