import { createPublicKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { Wrong } from '../options/options.js'
import { shown } from '../options/quoted.js'
import { fromCryptoKey } from './crypto-key.js'
import { kindOfDer } from './der.js'
import { refuseSecrets, refuseSecretText } from './exposure.js'
import { hasOtherUse, isAbsent, labelsOf, type JwkLabels, type JwkMembers } from './jwk-labels.js'
import { publicNumbers } from './jwk-numbers.js'
import { typeFault } from './jwk-type.js'
import type { PemBlocks } from './pem.js'
import { readSpelling, type KeySpelling } from './spelling.js'
import { ed25519Weakness, rsaWeakness } from './weak-keys.js'

/** A public key that is sound in itself. */
export interface PublicHalf {
  readonly publicKey: KeyObject
  /** As the KeyObject says it, whatever it was made of. Only the members that make the key: kty, and crv, x, y, or n, e. */
  readonly jwk: JWK
  readonly labels: JwkLabels
}

/** The largest key that is accepted takes a thousand characters. */
const maxLength = 16_384

/**
 * Reads a public key in any of its forms: PEM or DER (SPKI), a JWK (RFC 7517), a KeyObject, a CryptoKey; text may be wrapped as
 * `readSpelling` says. `name` is what the caller calls it. Throws a TypeError that says what it is instead and what to do, and
 * never quotes it.
 */
export function readPublicHalf(given: unknown, name: string): PublicHalf {
  const wrong: Wrong = (what) => new TypeError(`${name} ${what}`)
  const found = spellingOf(given, wrong)
  refuseSecrets(found)
  if (found.fault !== undefined) throw wrong(found.fault)
  const { publicKey, labels } = importKey(found, wrong)
  const jwk = publicKey.export({ format: 'jwk' })
  checkStrength(jwk)
  return { publicKey, jwk, labels }
}

function spellingOf(given: unknown, wrong: Wrong): KeySpelling {
  try {
    return readSpelling(given, { maxLength, wrong })
  } catch (error) {
    refuseSecretText(given)
    throw error
  }
}

type Imported = Omit<PublicHalf, 'jwk'>

function importKey(found: KeySpelling, wrong: Wrong): Imported {
  switch (found.form) {
    case 'jwk':
      return importJwk(found.jwk, wrong)
    case 'pem':
      return { publicKey: importDer(contentOf(found.pem, wrong), 'the PEM block'), labels: {} }
    case 'der':
      return { publicKey: importDer(found.der, 'the DER'), labels: {} }
    case 'keyObject':
      return { publicKey: imported(found.key, wrong), labels: {} }
    case 'cryptoKey': {
      const { key, labels } = fromCryptoKey(found.key, 'verify', wrong)
      return { publicKey: imported(key, wrong), labels }
    }
  }
}

/** Made anew, so that it passes the checks of DER and is nobody else's. */
function imported(key: KeyObject, wrong: Wrong): KeyObject {
  let der: Buffer
  try {
    der = Buffer.from(key.export({ format: 'der', type: 'spki' }))
  } catch {
    throw wrong('is no public key of node:crypto')
  }
  return importDer(der, 'the key')
}

/** One block, of SPKI. */
function contentOf(pem: PemBlocks, wrong: Wrong): Buffer {
  const [label, ...others] = pem.labels
  if (label === undefined) throw wrong('has no line -----BEGIN PUBLIC KEY-----')
  if (others.length > 0) throw wrong('holds more than one block; give one key')
  if (label.includes('CERTIFICATE')) throw new TypeError(certificate)
  if (label === 'RSA PUBLIC KEY') throw new TypeError(pkcs1)
  if (label !== 'PUBLIC KEY') throw new TypeError(`this is a PEM block of ${label}; give a PUBLIC KEY (SPKI)`)
  const spki = pem.contentOf(label)
  if (spki === undefined)
    throw new TypeError('the PEM block is cut off or has characters that are not base64')
  return spki
}

const certificate = 'this is a certificate; give its public key (openssl x509 -in cert.pem -pubkey -noout)'
const pkcs1 =
  'this is a PKCS#1 public key; convert it to SPKI (openssl rsa -RSAPublicKey_in -in key.pem -pubout)'

/** The SubjectPublicKeyInfo of a named curve up to its point, which is uncompressed (04). RFC 5480 section 2. */
const spkiPrefixes = [
  '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  '3076301006072a8648ce3d020106052b8104002203620004',
  '30819b301006072a8648ce3d020106052b810400230381860004',
]

function importDer(der: Buffer, what: string): KeyObject {
  const kind = kindOfDer(der)
  if (kind === 'certificate') throw new TypeError(certificate)
  if (kind === 'pkcs1-public') throw new TypeError(pkcs1)
  let publicKey: KeyObject
  let canonical: Buffer
  try {
    publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    canonical = publicKey.export({ format: 'der', type: 'spki' })
  } catch {
    throw new TypeError(`${what} does not hold a public key; is it complete?`)
  }
  if (!canonical.equals(der))
    throw new TypeError(`${what} holds more than a public key, or holds it in an odd form`)
  const type = publicKey.asymmetricKeyType
  // Before anything else looks at the point: Node aborts the process when asked about the point at infinity.
  if (type === 'ec' && !spkiPrefixes.some((prefix) => der.toString('hex').startsWith(prefix))) {
    throw new TypeError('the EC key must be an uncompressed point of a named curve: P-256, P-384 or P-521')
  }
  if (type === 'rsa-pss') {
    throw new TypeError('the key is restricted to RSASSA-PSS; give it as a JWK of its n and e with alg PS256')
  }
  if (type !== 'ec' && type !== 'rsa' && type !== 'ed25519') throw unusable(String(type))
  return publicKey
}

function importJwk(jwk: JwkMembers, wrong: Wrong): Imported {
  if (!isAbsent(jwk.keys)) throw new TypeError('this is a JWK Set; give one of its keys')
  const fault = typeFault(jwk)
  if (fault !== undefined) throw wrong(fault)
  checkPurpose(jwk)
  const key = publicNumbers(jwk, wrong)
  if (key === undefined) throw unusable(String(jwk.crv))
  try {
    return { publicKey: createPublicKey({ key, format: 'jwk' }), labels: labelsOf(jwk) }
  } catch {
    throw new TypeError(
      jwk.kty === 'EC' ? 'the EC point is not on its curve' : 'the JWK is not a valid public key',
    )
  }
}

/** For signatures, and nothing else. RFC 7517 section 4.3 lets the operations of both halves stand together. */
function checkPurpose(jwk: JwkMembers): void {
  if (hasOtherUse(jwk)) throw new TypeError('the JWK has a use other than "sig"')
  const { key_ops: operations } = jwk
  if (isAbsent(operations) || (Array.isArray(operations) && operations.length === 0)) return
  const isForSignatures =
    Array.isArray(operations) &&
    operations.includes('verify') &&
    new Set(operations).size === operations.length &&
    operations.every((operation) => operation === 'verify' || operation === 'sign')
  if (!isForSignatures) throw new TypeError('the JWK has key_ops other than "verify", alone or with "sign"')
}

function checkStrength({ kty, n, e, x }: JWK): void {
  const bytes = (text: unknown) => Buffer.from(text as string, 'base64url')
  const weakness =
    kty === 'RSA' ? rsaWeakness(bytes(n), bytes(e)) : kty === 'OKP' ? ed25519Weakness(bytes(x)) : undefined
  if (weakness !== undefined) throw new TypeError(weakness)
}

function unusable(kind: string): TypeError {
  return new TypeError(`a key of type${shown(kind)} cannot be used; use P-256, P-384, P-521, Ed25519 or RSA`)
}
