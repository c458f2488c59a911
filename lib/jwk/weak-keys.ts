import { limits } from '../protocol.js'

/** What is wrong with an RSA public key, or undefined. `n` and `e` are big-endian without leading zeros. */
export function rsaWeakness(n: Buffer, e: Buffer): string | undefined {
  const modulus = toInteger(n)
  const bits = modulus.toString(2).length
  const { min, max } = limits.rsaBits
  if (bits < min || bits > max) return `the RSA modulus has ${bits} bits; use ${min} to ${max}`
  const exponent = toInteger(e)
  if (exponent < 65537n || exponent > 0xffffffffn || exponent % 2n === 0n) {
    return 'the RSA exponent must be odd, at least 65537 and below 2^32; use 65537'
  }
  const factor = [2, ...smallPrimes].find((prime) => modulus % BigInt(prime) === 0n)
  if (factor !== undefined) return `the RSA modulus is divisible by ${factor}; make a new key`
  if (isRoca(modulus))
    return 'the RSA key has the ROCA weakness (CVE-2017-15361); make a new key with other software'
  return undefined
}

const smallPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
  109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]

/**
 * The flawed library built its primes from powers of 65537, so its moduli are powers of 65537 modulo every small prime. By
 * chance that holds for one good key in some hundred million.
 */
function isRoca(modulus: bigint): boolean {
  return smallPrimes.every((prime) => {
    const residue = Number(modulus % BigInt(prime))
    let power = 1
    do {
      if (power === residue) return true
      power = (power * 65537) % prime
    } while (power !== 1)
    return false
  })
}

/**
 * Whether the modulus of an RSA key is a prime, by Fermat's test to base 2: every prime passes, no honest product of two
 * primes does. Node's own test takes seconds for a prime of 4,096 bits, during which the process would serve nobody; this
 * one takes tens of milliseconds for any number.
 */
export function hasPrimeModulus({ n }: { readonly n?: string }): boolean {
  return n !== undefined && drained(primeModulusSteps({ n }))
}

/** The same in steps of a millisecond at most, for who has others to serve in between. */
export function* primeModulusSteps({ n }: { readonly n: string }): Steps<boolean> {
  const modulus = toInteger(Buffer.from(n, 'base64url'))
  return (yield* power(2n, modulus - 1n, modulus)) === 1n
}

type Steps<T> = Generator<undefined, T, undefined>

const bitsAStep = 32

function* power(base: bigint, exponent: bigint, modulus: bigint): Steps<bigint> {
  let result = 1n
  let bits = 0
  for (const bit of exponent.toString(2)) {
    if (++bits % bitsAStep === 0) yield
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function drained<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** 2^255 - 19 */
const fieldPrime = 2n ** 255n - 19n

/**
 * The y coordinates of the eight points of small order. RFC 7748 section 7 warns of such points, as does RFC 8032's cofactor.
 */
const smallOrder: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  fieldPrime - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
])

/** What is wrong with an Ed25519 public key of 32 bytes, or undefined. */
export function ed25519Weakness(point: Buffer): string | undefined {
  // Little-endian y; the top bit is the sign of x. RFC 8032 section 5.1.2.
  const y = toInteger(Buffer.from(point).reverse()) & (2n ** 255n - 1n)
  if (y >= fieldPrime) return 'the Ed25519 point is not in its canonical form'
  if (!isOnCurve(y)) return 'the Ed25519 point is not on its curve'
  if (smallOrder.has(y))
    return 'the Ed25519 point has small order, so anyone can sign with it; make a new key'
  return undefined
}

/** RFC 8032 section 5.1.3: x^2 = (y^2 - 1) / (d y^2 + 1) must have a root, by Euler's criterion. */
function isOnCurve(y: bigint): boolean {
  const d = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n
  const [numerator, denominator] = [y * y - 1n, d * y * y + 1n]
  return drained(power((numerator * denominator) % fieldPrime, (fieldPrime - 1n) / 2n, fieldPrime)) <= 1n
}

function toInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}
