import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { decodeBase64url } from '../encoding/base64url.js'
import { shown } from '../options/quoted.js'
import { readPemBlocks } from './pem.js'
import { ed25519Weakness, rsaWeakness } from './weak-keys.js'

/** A public key that is sound in itself, with the JWK members that say what it is. */
export interface KeyMaterial {
  readonly publicKey: KeyObject
  /** Only the members that make the key: kty, and crv, x, y, or n, e. */
  readonly jwk: JsonWebKey
}

/** What a JWK says of itself besides the key. Unchecked. */
export interface JwkLabels {
  readonly kid?: unknown
  readonly alg?: unknown
}

const privateKeyLeaked =
  'this is a private key. It must stay with the customer: treat it as exposed, make a new pair and give only the public half'

const coordinateBytes = new Map<unknown, number>([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
])

/** The SubjectPublicKeyInfo of a named curve up to its point, which is uncompressed (04). RFC 5480 section 2. */
const spkiPrefixes = [
  '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  '3076301006072a8648ce3d020106052b8104002203620004',
  '30819b301006072a8648ce3d020106052b810400230381860004',
]

/** Reads one SPKI PEM block. Throws an Error whose message says what it is instead and what to do. */
export function readPem(given: unknown): KeyMaterial {
  const text = given instanceof Uint8Array ? Buffer.from(given).toString('utf8') : given
  if (typeof text !== 'string') throw new TypeError('pem must be text, or the bytes of a file')
  checkSize(text)
  const pem = readPemBlocks(text)
  const [label, ...others] = pem.labels
  if (label === undefined) throw new TypeError('pem has no line -----BEGIN PUBLIC KEY-----')
  if (others.length > 0) throw new TypeError('pem holds more than one block; give one key')
  if (label.endsWith('PRIVATE KEY'))
    throw new TypeError(`${privateKeyLeaked} (openssl pkey -in key.pem -pubout)`)
  if (label.includes('CERTIFICATE')) {
    throw new TypeError(
      'this is a certificate; give its public key (openssl x509 -in cert.pem -pubkey -noout)',
    )
  }
  if (label === 'RSA PUBLIC KEY') {
    throw new TypeError(
      'this is a PKCS#1 public key; convert it to SPKI (openssl rsa -RSAPublicKey_in -in key.pem -pubout)',
    )
  }
  if (label !== 'PUBLIC KEY') throw new TypeError(`this is a PEM block of ${label}; give a PUBLIC KEY (SPKI)`)

  const spki = pem.contentOf(label)
  if (spki === undefined)
    throw new TypeError('the PEM block is cut off or has characters that are not base64')
  return readSpki(spki)
}

function readSpki(der: Buffer): KeyMaterial {
  let publicKey: KeyObject
  let canonical: Buffer
  try {
    publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    canonical = publicKey.export({ format: 'der', type: 'spki' })
  } catch {
    throw new TypeError('the PEM block does not hold a public key; is it complete?')
  }
  if (!canonical.equals(der))
    throw new TypeError('the PEM block holds more than a public key, or holds it in an odd form')
  const type = publicKey.asymmetricKeyType
  // Before anything else looks at the point: Node aborts the process when asked about the point at infinity.
  if (type === 'ec' && !spkiPrefixes.some((prefix) => der.toString('hex').startsWith(prefix))) {
    throw new TypeError('the EC key must be an uncompressed point of a named curve: P-256, P-384 or P-521')
  }
  if (type === 'rsa-pss') {
    throw new TypeError('the key is restricted to RSASSA-PSS; give it as a JWK of its n and e with alg PS256')
  }
  if (type !== 'ec' && type !== 'rsa' && type !== 'ed25519') throw unusable(String(type))
  return checkStrength({ publicKey, jwk: publicKey.export({ format: 'jwk' }) })
}

/** Reads a JWK (RFC 7517), given as an object or as JSON. Throws an Error whose message says what is wrong. */
export function readJwk(given: unknown): KeyMaterial & JwkLabels {
  const jwk = typeof given === 'string' ? parse(given) : given
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk))
    throw new TypeError('jwk must be an object or its JSON')
  checkPurpose(jwk as Record<string, unknown>)
  const { kid, alg } = jwk as JwkLabels
  return { ...importJwk(keyMembers(jwk as Record<string, unknown>)), kid, alg }
}

/** A public key, for signatures, and nothing but the public half. */
function checkPurpose(jwk: Record<string, unknown>): void {
  const { kty, use, key_ops: operations } = jwk
  if (Object.hasOwn(jwk, 'keys')) throw new TypeError('this is a JWK Set; give one of its keys')
  if (kty === 'oct' || Object.hasOwn(jwk, 'k')) {
    throw new TypeError(
      'this is a symmetric key; who can verify with it can also sign with it. Give a public key',
    )
  }
  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv']) {
    if (Object.hasOwn(jwk, member))
      throw new TypeError(`${privateKeyLeaked} (the JWK without ${member} and the other private members)`)
  }
  if (use !== undefined && use !== 'sig') throw new TypeError('the JWK has a use other than "sig"')
  if (
    operations !== undefined &&
    !(Array.isArray(operations) && operations.length === 1 && operations[0] === 'verify')
  ) {
    throw new TypeError('the JWK has key_ops other than ["verify"]')
  }
}

function keyMembers({ kty, crv, x, y, n, e }: Record<string, unknown>): JsonWebKey {
  if (kty === 'RSA') return { kty, n: member('n', n), e: member('e', e) }
  const bytes = coordinateBytes.get(crv)
  if (kty === 'EC' && bytes !== undefined) {
    return { kty, crv: crv as string, x: member('x', x, bytes), y: member('y', y, bytes) }
  }
  if (kty === 'OKP' && crv === 'Ed25519') return { kty, crv, x: member('x', x, 32) }
  throw unusable([crv, kty].find((name) => typeof name === 'string') ?? 'unknown')
}

/** The largest key that is accepted takes a thousand characters; megabytes would take seconds. */
function checkSize(text: string): void {
  if (text.length > 16_384) throw new TypeError('this is too long to be a public key')
}

function parse(json: string): unknown {
  checkSize(json)
  try {
    return JSON.parse(json)
  } catch {
    throw new TypeError(json.includes('-----BEGIN') ? 'jwk holds PEM text; name it pem' : 'jwk is not JSON')
  }
}

/** RFC 7518 section 6: canonical base64url; coordinates have the full length, integers no leading zero. */
function member(name: string, value: unknown, exactBytes?: number): string {
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined
  if (bytes === undefined) throw new TypeError(`the JWK needs ${name} as base64url without padding`)
  if (exactBytes === undefined ? bytes[0] === 0 : bytes.length !== exactBytes) {
    throw new TypeError(`${name} of the JWK has the wrong length`)
  }
  return value as string
}

function importJwk(jwk: JsonWebKey): KeyMaterial {
  // A modulus of megabytes would cost minutes in the arithmetic that follows.
  if ((jwk.n?.length ?? 0) > 1024 || (jwk.e?.length ?? 0) > 1024)
    throw new TypeError('the RSA key is too large')
  let publicKey: KeyObject
  try {
    publicKey = createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new TypeError(
      jwk.kty === 'EC' ? 'the EC point is not on its curve' : 'the JWK is not a valid public key',
    )
  }
  return checkStrength({ publicKey, jwk })
}

function checkStrength(material: KeyMaterial): KeyMaterial {
  const { kty, n, e, x } = material.jwk
  const bytes = (text: unknown) => Buffer.from(text as string, 'base64url')
  const weakness =
    kty === 'RSA' ? rsaWeakness(bytes(n), bytes(e)) : kty === 'OKP' ? ed25519Weakness(bytes(x)) : undefined
  if (weakness !== undefined) throw new TypeError(weakness)
  return material
}

function unusable(kind: string): TypeError {
  return new TypeError(`a key of type${shown(kind)} cannot be used; use P-256, P-384, P-521, Ed25519 or RSA`)
}
