/** Arithmetic of edwards25519 in plain sight, to compute what lib/ only lists. RFC 8032 section 5.1. */

export const fieldPrime = 2n ** 255n - 19n
const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n
const d = modulo(-121665n * inverse(121666n))
const rootOfMinusOne = power(2n, (fieldPrime - 1n) / 4n)

export interface Point {
  readonly x: bigint
  readonly y: bigint
}

function modulo(value: bigint): bigint {
  const rest = value % fieldPrime
  return rest < 0n ? rest + fieldPrime : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = modulo(base), left = exponent; left > 0n; left >>= 1n, square = modulo(square * square)) {
    if (left & 1n) result = modulo(result * square)
  }
  return result
}

function inverse(value: bigint): bigint {
  return power(value, fieldPrime - 2n)
}

function add(a: Point, b: Point): Point {
  const product = modulo(d * a.x * b.x * a.y * b.y)
  return {
    x: modulo((a.x * b.y + a.y * b.x) * inverse(1n + product)),
    y: modulo((a.y * b.y + a.x * b.x) * inverse(1n - product)),
  }
}

function times(factor: bigint, point: Point): Point {
  let result: Point = { x: 0n, y: 1n }
  for (let doubled = point, left = factor; left > 0n; left >>= 1n, doubled = add(doubled, doubled)) {
    if (left & 1n) result = add(result, doubled)
  }
  return result
}

/** A point with this y, or undefined where the curve has none. */
export function pointAt(y: bigint): Point | undefined {
  const square = modulo((y * y - 1n) * inverse(d * y * y + 1n))
  const root = power(square, (fieldPrime + 3n) / 8n)
  return [root, modulo(root * rootOfMinusOne)]
    .map((x) => ({ x, y: modulo(y) }))
    .find(({ x }) => modulo(x * x) === square)
}

/** All points whose order divides 8: the multiples of one point of order 8. */
export function pointsOfSmallOrder(): Point[] {
  for (let y = 2n; ; y++) {
    const point = pointAt(y)
    // What is left of a point when its part in the large group is multiplied away.
    const torsion = point && times(groupOrder, point)
    if (torsion === undefined || times(4n, torsion).y === 1n) continue
    return Array.from({ length: 8 }, (_, index) => times(BigInt(index), torsion))
  }
}

/** 32 bytes: y in little-endian order, on top the sign of x. RFC 8032 section 5.1.2. */
export function encodePoint(y: bigint, signOfX: bigint): Buffer {
  const hex = (y | (signOfX << 255n)).toString(16).padStart(64, '0')
  return Buffer.from(hex, 'hex').reverse()
}
