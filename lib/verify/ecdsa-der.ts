const sequence = 0x30
const integer = 0x02

/**
 * An ECDSA signature as DER, from the two numbers of equal length that a token has: `r || s`, RFC 7518 section 3.4.
 *
 *     SEQUENCE { INTEGER r, INTEGER s }
 *
 * A pair of numbers has one encoding: each INTEGER is as short as it can be. Does not check the range of the numbers: OpenSSL
 * refuses a zero and what is not below the order of the curve. RFC 3279 section 2.2.3, X.690 sections 8.3 and 10.1.
 */
export function ecdsaDer(signature: Buffer): Buffer {
  const { length } = signature
  const half = length / 2
  const rStart = firstByte(signature, 0, half)
  const sStart = firstByte(signature, half, length)
  const rLength = integerLength(signature, rStart, half)
  const sLength = integerLength(signature, sStart, length)
  const content = 2 + rLength + 2 + sLength
  // Two numbers of P-521 take more than 127 bytes, and then the length takes two.
  const isLong = content >= 0x80

  const der = Buffer.allocUnsafe((isLong ? 3 : 2) + content)
  let at = 0
  der[at++] = sequence
  if (isLong) der[at++] = 0x81
  der[at++] = content
  at = writeInteger(der, at, signature, rStart, half, rLength)
  writeInteger(der, at, signature, sStart, length, sLength)
  return der
}

/** Where the number begins without its leading zeros. Zero itself keeps one. */
function firstByte(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to - 1 && bytes[at] === 0) at++
  return at
}

/** A leading one bit would make the number negative, so a zero goes before it. */
function integerLength(bytes: Buffer, from: number, to: number): number {
  return to - from + ((bytes[from] ?? 0) >= 0x80 ? 1 : 0)
}

function writeInteger(
  der: Buffer,
  at: number,
  bytes: Buffer,
  from: number,
  to: number,
  length: number,
): number {
  const start = at + 2 + length - (to - from)
  der[at] = integer
  der[at + 1] = length
  // Stays where a zero must go before the number.
  der[at + 2] = 0
  for (let offset = 0; offset < to - from; offset++) der[start + offset] = bytes[from + offset] ?? 0
  return at + 2 + length
}
