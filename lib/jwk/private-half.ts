import {
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type JsonWebKeyInput,
  type KeyObject,
} from 'node:crypto'
import type { CryptoKey, JWK } from 'jose'
import type { Wrong } from '../options/options.js'
import { limits } from '../protocol.js'
import { fromCryptoKey } from './crypto-key.js'
import { kindOfDer } from './der.js'
import { hasOtherUse, isAbsent, labelsOf, type JwkLabels, type JwkMembers } from './jwk-labels.js'
import { privateNumbers } from './jwk-numbers.js'
import { typeFault } from './jwk-type.js'
import type { PemBlocks } from './pem.js'
import { splitPkcs8 } from './pkcs8.js'
import { isCertificate, isDamaged, isLocked, isPublic, isSymmetric, twoKeys } from './private-key-faults.js'
import { readSpelling, type KeySpelling } from './spelling.js'

/** A private key as people have it: PEM or JSON text, the bytes of such a file or of DER, a JWK, a KeyObject or a CryptoKey. */
export type PrivateKeyInput = string | Uint8Array | KeyObject | CryptoKey | JsonWebKeyInput['key'] | JWK

export interface PrivateHalf extends JwkLabels {
  readonly key: KeyObject
  readonly publicJwk: JWK
}

/** Certificates that stand beside a key take room. */
const maxLength = 65_536

/**
 * Reads a private key in any of its forms; text may be wrapped as `readSpelling` says. Throws a TypeError that says what it is
 * instead, and never quotes it.
 */
export function readPrivateHalf(input: PrivateKeyInput): PrivateHalf {
  const found = readSpelling(input, { maxLength, wrong })
  if (found.fault !== undefined) throw wrong(found.fault)
  const { key, labels } = importKey(found)
  if (key.type !== 'private') throw wrong(isPublic)
  checkStrength(key)
  checkHalves(key)
  return { key, publicJwk: publicHalf(key), ...labels }
}

interface Imported {
  readonly key: KeyObject
  readonly labels: JwkLabels
}

const wrong: Wrong = (what) => new TypeError(`privateKey ${what}`)

function importKey(found: KeySpelling): Imported {
  switch (found.form) {
    case 'jwk':
      return importJwk(found.jwk)
    case 'pem':
      return { key: importPem(found.pem), labels: {} }
    case 'der':
      return { key: importDer(found.der), labels: {} }
    case 'keyObject':
      if (found.key.type === 'secret') throw wrong(isSymmetric)
      return { key: found.key, labels: {} }
    case 'cryptoKey':
      if (found.key.type === 'secret') throw wrong(isSymmetric)
      if (found.key.type === 'public') throw wrong(isPublic)
      return fromCryptoKey(found.key, 'sign', wrong)
  }
}

const privateLabels = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']

function importPem(pem: PemBlocks): KeyObject {
  const [label, ...others] = pem.labels.filter((name) => privateLabels.includes(name))
  if (others.length > 0) throw wrong('holds more than one private key; give one')
  if ((label === undefined ? pem.labels : [label]).some((name) => pem.isLocked(name))) throw wrong(isLocked)
  if (label === undefined) throw wrong(whatItIs(pem.labels[0] ?? ''))
  const der = pem.contentOf(label)
  if (der === undefined) throw wrong(isDamaged)
  return importDer(der)
}

function whatItIs(label: string): string {
  if (label.endsWith('PUBLIC KEY')) return isPublic
  if (label.includes('CERTIFICATE')) return isCertificate
  if (label.startsWith('OPENSSH')) {
    return 'is in the format of OpenSSH; convert it (ssh-keygen -p -m PKCS8 -f key), or make a new pair: OpenSSH cannot convert Ed25519 keys'
  }
  return 'is PEM, but not of a private key'
}

/** What DER holds decides, whatever stands above it. */
function importDer(der: Buffer): KeyObject {
  const kind = kindOfDer(der)
  switch (kind) {
    case 'spki':
    case 'pkcs1-public':
      throw wrong(isPublic)
    case 'certificate':
      throw wrong(isCertificate)
    case 'locked':
      throw wrong(isLocked)
    case 'pkcs12':
      throw wrong('is a PKCS#12 file; take the key out of it (openssl pkcs12 -in FILE -nocerts -noenc)')
    case 'pkcs8': {
      const { privateKey, publicKey } = splitPkcs8(der)
      const key = imported(privateKey, kind)
      if (publicKey !== undefined && !isPublicHalf(publicKey, key)) throw wrong(twoKeys)
      return key
    }
    case 'pkcs1':
    case 'sec1':
      return imported(der, kind)
    case undefined:
      throw wrong(isDamaged)
  }
}

function imported(key: Buffer, type: 'pkcs8' | 'pkcs1' | 'sec1'): KeyObject {
  try {
    return createPrivateKey({ key, format: 'der', type })
  } catch {
    // OpenSSL's words would not help anyone, and nothing of the key shall get near an error.
    throw wrong(isDamaged)
  }
}

function isPublicHalf(spki: Buffer, key: KeyObject): boolean {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' }).equals(createPublicKey(key))
  } catch {
    return false
  }
}

function importJwk(jwk: JwkMembers): Imported {
  if (jwk.kty === 'oct') throw wrong(isSymmetric)
  const fault = typeFault(jwk)
  if (fault !== undefined) throw wrong(fault)
  if (isAbsent(jwk.d)) throw wrong(isPublic)
  if (hasOtherUse(jwk)) throw wrong('is a JWK with a use other than "sig"')
  if (hasFurtherPrimes(jwk)) throw wrong('is an RSA key of more than two primes; make one of two')
  const members = privateNumbers(jwk, wrong) ?? jwk
  let key: KeyObject
  try {
    key = createPrivateKey({ key: members, format: 'jwk' })
  } catch {
    throw wrong('is a JWK whose members do not make a private key')
  }
  // Node does not compare the public members of an Ed25519 JWK with its private one.
  if (members.crv === 'Ed25519' && publicHalf(key).x !== members.x) throw wrong(twoKeys)
  return { key, labels: labelsOf(jwk) }
}

/** RFC 7518 section 6.3.2.7. */
function hasFurtherPrimes({ oth }: JwkMembers): boolean {
  return !isAbsent(oth) && !(Array.isArray(oth) && oth.length === 0)
}

function checkStrength({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject): void {
  if (type !== 'rsa' && type !== 'ec' && type !== 'ed25519') {
    throw wrong(`is of type ${String(type)}; use P-256, P-384, P-521, Ed25519 or RSA`)
  }
  if (type !== 'rsa') return
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {}
  const { min, max } = limits.rsaBits
  if (modulusLength < min || modulusLength > max) {
    throw wrong(`is an RSA key of ${modulusLength} bits; platforms accept ${min} to ${max}`)
  }
  if (publicExponent < 65537n) throw wrong('is an RSA key with a small exponent; make one with 65537')
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
  if (!matches) throw wrong(twoKeys)
}

function publicHalf(key: KeyObject): JWK {
  try {
    return createPublicKey(key).export({ format: 'jwk' })
  } catch {
    throw wrong('is of a curve that cannot be used; use P-256, P-384, P-521 or Ed25519')
  }
}
