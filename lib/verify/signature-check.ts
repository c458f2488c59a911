import { constants, verify, webcrypto, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto'
import { algorithms, type Algorithm } from '../protocol.js'
import { ecdsaDer } from './ecdsa-der.js'

/** How a signature of one key is verified. Nothing here comes from a token. */
export interface SignatureCheck {
  /** The one length that algorithm and key give a signature. */
  readonly signatureBytes: number
  /** Whether a check takes less time than the thread pool takes to hand one over and back. */
  readonly isQuick: boolean
  /** Only `true` is a match. Throws where it cannot tell. */
  readonly atOnce: (data: Buffer, signature: Buffer) => unknown
  /** The same on Node's thread pool. Throws or answers with an error where it cannot tell. */
  readonly inPool: (data: Buffer, signature: Buffer, answered: Answered) => void
}

/** A public key with the one algorithm that it is for. */
export interface VerifyingKey {
  readonly alg: Algorithm
  readonly publicKey: KeyObject
}

export type Answered = (error: unknown, matches?: unknown) => void

type Scheme = readonly [digest: string | null, keyType: 'ec' | 'rsa' | 'ed25519', saltLength?: number]

/** RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1. The salt of PS256 is as long as its digest, no shorter and no longer. */
const schemes: Readonly<Record<Algorithm, Scheme>> = {
  ES256: ['sha256', 'ec'],
  ES384: ['sha384', 'ec'],
  ES512: ['sha512', 'ec'],
  RS256: ['sha256', 'rsa'],
  RS384: ['sha384', 'rsa'],
  RS512: ['sha512', 'rsa'],
  PS256: ['sha256', 'rsa', 32],
  PS384: ['sha384', 'rsa', 48],
  PS512: ['sha512', 'rsa', 64],
  EdDSA: [null, 'ed25519'],
}

const quickCurves = new Set<string | undefined>(['P-256', 'Ed25519'])
const maxQuickRsaBits = 3072

/** Node 24.17 to 24.21 takes 1.5 to 1.9 times as long for a key with options as for a key alone. */
export function isSlowWithOptions(version: string): boolean {
  return /^24\.(?:1[7-9]|2[01])\./.test(version)
}

const slowWithOptions = isSlowWithOptions(process.versions.node)

/**
 * Keys are given alone where that says all: RSA is then PKCS #1 v1.5, and ECDSA takes DER. Throws for a key that is not of the
 * type of its algorithm, for a key alone is verified by its type.
 */
export function signatureCheckWith(
  { alg, publicKey }: VerifyingKey,
  avoidsOptions = slowWithOptions,
): SignatureCheck {
  const [digest, keyType, saltLength] = schemes[alg]
  if (publicKey.asymmetricKeyType !== keyType) throw new TypeError(`the key is not of the type of ${alg}`)
  const { crv, signatureBytes } = algorithms.get(alg) ?? {}
  const { modulusLength = NaN } = publicKey.asymmetricKeyDetails ?? {}
  const facts = {
    signatureBytes: signatureBytes ?? Math.ceil(modulusLength / 8),
    isQuick: quickCurves.has(crv) || modulusLength <= maxQuickRsaBits,
  }
  if (keyType === 'ec') return { ...facts, ...nodeCheck(digest, publicKey, ecdsaDer) }
  if (digest === null || saltLength === undefined) return { ...facts, ...nodeCheck(digest, publicKey) }
  const pss = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
  const check = { ...facts, ...nodeCheck(digest, pss) }
  return avoidsOptions ? { ...check, inPool: subtlePssCheck(digest, publicKey, saltLength) } : check
}

function nodeCheck(
  digest: string | null,
  key: KeyObject | VerifyKeyObjectInput,
  encoded = (signature: Buffer) => signature,
): Pick<SignatureCheck, 'atOnce' | 'inPool'> {
  return {
    atOnce: (data, signature) => verify(digest, data, key, encoded(signature)),
    inPool: (data, signature, answered) => {
      verify(digest, data, key, encoded(signature), answered)
    },
  }
}

/** Web Cryptography is not slowed down in those versions. */
function subtlePssCheck(digest: string, publicKey: KeyObject, saltLength: number): SignatureCheck['inPool'] {
  const { subtle } = webcrypto
  const hash = digest.replace('sha', 'SHA-')
  let imported: Promise<webcrypto.CryptoKey> | undefined
  return (data, signature, answered) => {
    imported ??= subtle.importKey(
      'spki',
      publicKey.export({ type: 'spki', format: 'der' }),
      { name: 'RSA-PSS', hash },
      false,
      ['verify'],
    )
    imported
      .then((key) => subtle.verify({ name: 'RSA-PSS', saltLength }, key, signature, data))
      .then(
        (matches) => {
          answered(null, matches)
        },
        (error: unknown) => {
          imported = undefined
          answered(error)
        },
      )
  }
}
