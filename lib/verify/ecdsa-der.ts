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
  const { length } = signature
  const half = length / 2
  const r = firstDigit(signature, 0, half)
  const s = firstDigit(signature, half, length)
  const rLength = integerLength(signature, r, half)
  const sLength = integerLength(signature, s, length)
  const content = 2 + rLength + 2 + sLength
  // Two numbers of P-521 take more than 127 bytes, and then the length takes two.
  const isLong = content >= 0x80

  const der = Buffer.allocUnsafe((isLong ? 3 : 2) + content)
  let at = 0
  der[at++] = sequence
  if (isLong) der[at++] = 0x81
  der[at++] = content
  at = writeInteger(der, at, signature, r, half, rLength)
  writeInteger(der, at, signature, s, length, sLength)
  return der
}

/** Where the number begins without its leading zeros. Zero itself keeps one. */
function firstDigit(bytes: Buffer, from: number, to: number): number {
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
  const digits = at + 2 + length - (to - from)
  der[at] = integer
  der[at + 1] = length
  der[at + 2] = 0
  for (let digit = 0; digit < to - from; digit++) der[digits + digit] = bytes[from + digit] ?? 0
  return at + 2 + length
}
