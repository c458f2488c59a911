import { createECDH, createHash, createHmac } from 'node:crypto'
import { bytesOf, curveOrders, numberOf } from '../helpers/ecdsa.js'

/**
 * ECDSA with the nonce of RFC 6979 instead of a random one: a message has one signature, so what is made of it is the same each
 * time. For keys that everybody knows; nothing here takes the same time for each key.
 */

type EcdsaAlgorithm = keyof typeof curveOrders

const curves = {
  ES256: { name: 'prime256v1', hash: 'sha256', bits: 256 },
  ES384: { name: 'secp384r1', hash: 'sha384', bits: 384 },
  ES512: { name: 'secp521r1', hash: 'sha512', bits: 521 },
} as const

export function isEcdsa(alg: string): alg is EcdsaAlgorithm {
  return alg in curves
}

export interface EcdsaSignature {
  readonly r: bigint
  readonly s: bigint
}

/** Signs with the private number d, in base64url as a JWK has it. */
export function ecdsaSignature(alg: EcdsaAlgorithm, message: Buffer, d: string): EcdsaSignature {
  const { name, hash, bits } = curves[alg]
  const n = curveOrders[alg]
  const width = widthOf(alg)
  const x = numberOf(Buffer.from(d, 'base64url'))
  const digest = createHash(hash).update(message).digest()
  const z = leftmostBits(digest, bits) % n
  const seed = Buffer.concat([bytesOf(x, width), bytesOf(z, width)])
  for (const k of nonces(hash, seed, { n, bits })) {
    const ecdh = createECDH(name)
    ecdh.setPrivateKey(bytesOf(k, width))
    const r = numberOf(ecdh.getPublicKey().subarray(1, 1 + width)) % n
    const s = (inverse(k, n) * (z + r * x)) % n
    if (r !== 0n && s !== 0n) return { r, s }
  }
  throw new Error('unreachable')
}

/** R and S, each with its full length, joined. RFC 7518 section 3.4. */
export function joined(alg: EcdsaAlgorithm, { r, s }: EcdsaSignature): Buffer {
  return Buffer.concat([r, s].map((number) => bytesOf(number, widthOf(alg))))
}

/** As OpenSSL writes it, which is no JWS signature. For numbers of which all lengths fit in a byte. */
export function asDer({ r, s }: EcdsaSignature): Buffer {
  const content = Buffer.concat([r, s].map(derInteger))
  return Buffer.concat([Buffer.from([0x30, content.length]), content])
}

function derInteger(number: bigint): Buffer {
  const hex = number.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive])
}

/** Bytes of R, and of S. */
export function widthOf(alg: EcdsaAlgorithm): number {
  return Math.ceil(curves[alg].bits / 8)
}

/** RFC 6979 section 3.2, with the letters that it has there. */
function* nonces(hash: string, seed: Buffer, { n, bits }: { n: bigint; bits: number }): Generator<bigint> {
  const length = createHash(hash).digest().length
  let key = Buffer.alloc(length)
  let v = Buffer.alloc(length, 1)
  const hmac = (...parts: Buffer[]) => createHmac(hash, key).update(Buffer.concat(parts)).digest()
  for (const separator of [0, 1]) {
    key = hmac(v, Buffer.from([separator]), seed)
    v = hmac(v)
  }
  for (;;) {
    let t = Buffer.alloc(0)
    while (t.length * 8 < bits) {
      v = hmac(v)
      t = Buffer.concat([t, v])
    }
    const k = leftmostBits(t, bits)
    if (k > 0n && k < n) yield k
    key = hmac(v, Buffer.from([0]))
    v = hmac(v)
  }
}

function leftmostBits(bytes: Buffer, bits: number): bigint {
  return numberOf(bytes) >> BigInt(Math.max(0, bytes.length * 8 - bits))
}

/** By Fermat: n is a prime. */
function inverse(number: bigint, n: bigint): bigint {
  let [result, base, exponent] = [1n, number % n, n - 2n]
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent % 2n === 1n) result = (result * base) % n
    base = (base * base) % n
  }
  return result
}
