const sequence = 0x30
const integer = 0x02

/**
 * An ECDSA signature as DER, from the two numbers of equal length that a token has: `r || s`, RFC 7518 section 3.4.
 *
 *     SEQUENCE { INTEGER r, INTEGER s }
 *
 * One pair of numbers makes one text: each INTEGER is as short as it can be. Does not check the range of the numbers: OpenSSL
 * refuses a zero and what is not below the order of the curve. RFC 3279 section 2.2.3, X.690 sections 8.3 and 10.1.
 */
export function ecdsaDer(signature: Buffer): Buffer {
  const half = signature.length / 2
  const r = firstByte(signature, 0, half)
  const s = firstByte(signature, half, signature.length)
  const rLength = half - r + signByte(signature, r)
  const sLength = signature.length - s + signByte(signature, s)
  const length = 2 + rLength + 2 + sLength
  // Two numbers of P-521 take more than 127 bytes, and then the length takes two.
  const header = length < 0x80 ? [sequence, length] : [sequence, 0x81, length]

  const der = Buffer.allocUnsafe(header.length + length)
  let at = 0
  for (const byte of header) der[at++] = byte
  at = writeInteger(der, at, signature.subarray(r, half), rLength)
  writeInteger(der, at, signature.subarray(s), sLength)
  return der
}

/** Where the number begins without its leading zeros. Zero itself keeps one. */
function firstByte(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to - 1 && bytes[at] === 0) at++
  return at
}

/** A leading one bit would make the number negative, so a zero goes before it. */
function signByte(bytes: Buffer, first: number): 0 | 1 {
  return (bytes[first] ?? 0) >= 0x80 ? 1 : 0
}

function writeInteger(der: Buffer, from: number, digits: Buffer, length: number): number {
  der[from] = integer
  der[from + 1] = length
  der[from + 2] = 0
  der.set(digits, from + 2 + length - digits.length)
  return from + 2 + length
}
