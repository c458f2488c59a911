import { createPrivateKey, createPublicKey, KeyObject, sign, verify, type JsonWebKey } from 'node:crypto'
import type { CryptoKey, JWK } from 'jose'
import { limits } from '../protocol.js'
import { readPemBlocks } from './pem.js'
import type { JwkLabels } from './public-half.js'

/** A private key as people have it: PEM or JSON text, the bytes of such a file, a JWK, a KeyObject or a CryptoKey. */
export type PrivateKeyInput = string | Uint8Array | KeyObject | CryptoKey | JsonWebKey | JWK

export interface PrivateHalf extends JwkLabels {
  readonly key: KeyObject
  readonly publicJwk: JWK
}

/** Reads a private key in any of its forms. Throws a TypeError that says what it is instead, and never quotes it. */
export function readPrivateHalf(input: PrivateKeyInput): PrivateHalf {
  const { key, labels } = readKey(input)
  if (key.type !== 'private') throw new TypeError(isPublic)
  checkStrength(key)
  checkHalves(key)
  return { key, publicJwk: publicHalf(key, labels), kid: labels.kid, alg: labels.alg }
}

const isPublic =
  'privateKey holds a public key; signing needs the private half, which was made together with it'
const isSymmetric =
  'privateKey is a shared secret; project tokens are signed with an asymmetric key. See generateProjectKey'
const twoKeys = 'privateKey has a private and a public half that do not belong together'
const isDamaged = 'privateKey is cut off or damaged; compare it with the file that it was copied from'

function readKey(input: PrivateKeyInput): { key: KeyObject; labels: JwkLabels } {
  if (input instanceof KeyObject) {
    if (input.type === 'secret') throw new TypeError(isSymmetric)
    return { key: input, labels: {} }
  }
  if (input instanceof Uint8Array) return readText(Buffer.from(input).toString('utf8'))
  if (typeof input === 'string') return readText(input)
  if (typeof (input as unknown) !== 'object' || (input as unknown) === null) {
    throw new TypeError('privateKey must be PEM text, a JWK, a KeyObject, a CryptoKey or a remote signer')
  }
  return isCryptoKey(input) ? readCryptoKey(input) : readJwk(input)
}

function readText(text: string): { key: KeyObject; labels: JwkLabels } {
  const trimmed = text.trim().replace(/^(["'])(.*)\1$/s, '$2')
  if (trimmed.startsWith('{')) {
    try {
      return readJwk(JSON.parse(trimmed) as object)
    } catch (error) {
      throw error instanceof SyntaxError ? new TypeError(isDamaged) : error
    }
  }
  if (trimmed.includes('-----BEGIN')) return { key: readPem(trimmed), labels: {} }
  const decoded = Buffer.from(trimmed, 'base64').toString('utf8').trim()
  if (decoded.startsWith('{') || decoded.includes('-----BEGIN')) return readText(decoded)
  throw new TypeError(
    'privateKey is neither PEM (-----BEGIN PRIVATE KEY-----) nor a JWK nor one of them in base64; is it a file name? Read the file first',
  )
}

const pemTypes = new Map<string, 'pkcs8' | 'pkcs1' | 'sec1'>([
  ['PRIVATE KEY', 'pkcs8'],
  ['RSA PRIVATE KEY', 'pkcs1'],
  ['EC PRIVATE KEY', 'sec1'],
])

function readPem(text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) {
    throw new TypeError(
      'privateKey is locked with a passphrase; unlock it first (openssl pkey -in key.pem -out unlocked.pem)',
    )
  }
  const pem = readPemBlocks(text)
  const label = pem.labels.find((name) => pemTypes.has(name))
  const type = pemTypes.get(label ?? '')
  if (label === undefined || type === undefined) throw new TypeError(whatItIs(pem.labels[0] ?? ''))
  const key = pem.contentOf(label)
  if (key === undefined) throw new TypeError(isDamaged)
  try {
    return createPrivateKey({ key, format: 'der', type })
  } catch {
    // OpenSSL's words would not help anyone, and nothing of the key shall get near an error.
    throw new TypeError(isDamaged)
  }
}

function whatItIs(label: string): string {
  if (label.endsWith('PUBLIC KEY')) return isPublic
  if (label.includes('CERTIFICATE'))
    return 'privateKey holds a certificate; signing needs the private key that belongs to it'
  if (label.startsWith('OPENSSH')) {
    return 'privateKey is in the format of OpenSSH; convert it (ssh-keygen -p -m PKCS8 -f key), or make a new pair: OpenSSH cannot convert Ed25519 keys'
  }
  return 'privateKey is PEM, but not of a private key'
}

function readJwk(jwk: JwkLabels & { kty?: unknown; d?: unknown; use?: unknown }): {
  key: KeyObject
  labels: JwkLabels
} {
  if (jwk.kty === 'oct') throw new TypeError(isSymmetric)
  if (jwk.kty === undefined) throw new TypeError('privateKey is an object, but not a JWK: it has no kty')
  if (jwk.d === undefined) throw new TypeError(isPublic)
  if (jwk.use !== undefined && jwk.use !== 'sig')
    throw new TypeError('privateKey is a JWK with a use other than "sig"')
  try {
    return { key: createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' }), labels: jwk }
  } catch {
    throw new TypeError('privateKey is a JWK whose members do not make a private key')
  }
}

function isCryptoKey(value: object): value is CryptoKey {
  return Object.prototype.toString.call(value) === '[object CryptoKey]'
}

const webCryptoFamilies = new Map([
  ['RSASSA-PKCS1-v1_5', 'RS'],
  ['RSA-PSS', 'PS'],
])

function readCryptoKey(cryptoKey: CryptoKey): { key: KeyObject; labels: JwkLabels } {
  if (cryptoKey.type === 'secret') throw new TypeError(isSymmetric)
  if (cryptoKey.type === 'private' && !cryptoKey.usages.includes('sign')) {
    throw new TypeError("privateKey is a CryptoKey without the usage 'sign'")
  }
  const { name, hash } = cryptoKey.algorithm as { name: string; hash?: { name: string } }
  const family = webCryptoFamilies.get(name)
  const labels = family === undefined ? {} : { alg: `${family}${hash?.name.slice(-3) ?? ''}` }
  return { key: KeyObject.from(cryptoKey), labels }
}

function checkStrength({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject): void {
  if (type !== 'rsa' && type !== 'ec' && type !== 'ed25519') {
    throw new TypeError(`privateKey is of type ${String(type)}; use P-256, P-384, P-521, Ed25519 or RSA`)
  }
  if (type !== 'rsa') return
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {}
  const { min, max } = limits.rsaBits
  if (modulusLength < min || modulusLength > max) {
    throw new TypeError(
      `privateKey is an RSA key of ${modulusLength} bits; platforms accept ${min} to ${max}`,
    )
  }
  if (publicExponent < 65537n)
    throw new TypeError('privateKey is an RSA key with a small exponent; make one with 65537')
}

/** The two halves of a JWK may come from two keys. Better to hear of it now than from every platform. */
function checkHalves(key: KeyObject): void {
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const probe = Buffer.from('reverse-jwt')
  let matches = false
  try {
    matches = verify(digest, probe, createPublicKey(key), sign(digest, probe, key))
  } catch {
    // Damaged beyond use.
  }
  if (!matches) throw new TypeError(twoKeys)
}

function publicHalf(key: KeyObject, labels: object): JWK {
  let jwk: JWK
  try {
    jwk = createPublicKey(key).export({ format: 'jwk' })
  } catch {
    throw new TypeError('privateKey is of a curve that cannot be used; use P-256, P-384, P-521 or Ed25519')
  }
  // Node does not compare the public members of an Ed25519 JWK with its private one.
  for (const [member, value] of Object.entries(jwk)) {
    if (Object.hasOwn(labels, member) && (labels as Record<string, unknown>)[member] !== value)
      throw new TypeError(twoKeys)
  }
  return jwk
}
