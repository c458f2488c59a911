import { keyPair } from '../../helpers/keys.js'

/** The orders of the groups that S counts in: SEC 2, RFC 8032. */
const orders: Readonly<Record<string, bigint>> = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ES512:
    0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  EdDSA: 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn,
}

function toInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`)
}

/** Undefined where the number does not fit. */
function toBytes(value: bigint, length: number): Buffer | undefined {
  const hex = value.toString(16).padStart(2 * length, '0')
  return hex.length === 2 * length ? Buffer.from(hex, 'hex') : undefined
}

/** By what the header says, since a respelling knows only the text. */
function algorithmOf(token: string): string {
  return /"alg":"(\w+)"/.exec(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())?.[1] ?? ''
}

/**
 * Another number for the same residue, or for its negative: (r, n - s) of ECDSA, which verifies as well as (r, s); S + L of
 * EdDSA and s + n of RSA, which a verifier that does not compare with the modulus would take.
 */
export function shiftedBy(signature: Buffer, how: 'negated' | 'wrapped', token: string): Buffer {
  const alg = algorithmOf(token)
  if (/^[RP]S/.test(alg)) {
    const modulus = toInteger(Buffer.from(keyPair(alg).publicJwk.n ?? '', 'base64url'))
    const number = toInteger(signature) % modulus
    const shifted = how === 'negated' ? modulus - number : number + modulus
    return toBytes(shifted, signature.length) ?? signature
  }
  const order = orders[alg]
  if (order === undefined) return signature
  const length = signature.length / 2
  const first = signature.subarray(0, length)
  const second = Buffer.from(signature.subarray(length))
  // RFC 8032 writes numbers from their low end.
  const number = toInteger(alg === 'EdDSA' ? second.reverse() : second)
  const shifted = toBytes(how === 'negated' ? (order - (number % order)) % order : number + order, length)
  if (shifted === undefined) return signature
  return Buffer.concat([first, alg === 'EdDSA' ? shifted.reverse() : shifted])
}

export function withoutLeadingZero(signature: Buffer): Buffer {
  return signature[0] === 0 ? signature.subarray(1) : signature
}

/** R and S as ASN.1 has them. */
export function derOf(signature: Buffer): Buffer {
  const integers = [
    signature.subarray(0, signature.length / 2),
    signature.subarray(signature.length / 2),
  ].map((bytes) => {
    const start = bytes.findIndex((byte) => byte !== 0)
    const short = start < 0 ? Buffer.alloc(1) : bytes.subarray(start)
    const positive = (short[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.alloc(1), short]) : short
    return Buffer.concat([Buffer.from([2, positive.length]), positive])
  })
  const content = Buffer.concat(integers)
  return Buffer.concat([
    Buffer.from([0x30, ...(content.length > 127 ? [0x81] : []), content.length & 0xff]),
    content,
  ])
}
