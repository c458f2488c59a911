import { checkPrimeSync } from 'node:crypto'

const smallPrimes = Array.from({ length: 166 }, (_, index) => BigInt(index + 2)).filter((candidate) =>
  checkPrimeSync(candidate),
)

/** 2^2203 - 1, which Lucas and Robinson's test of 1952 showed to be a prime: no need to search for one. */
export const primeOf2203Bits = 2n ** 2203n - 1n

/**
 * An odd number of so many bits that is composite without a factor below 168. Not near a power of 2: Fermat's numbers are there.
 * `which`: another one for each number.
 */
export function soundModulus(bits: number, which = 0): bigint {
  let n = 3n * 2n ** BigInt(bits - 2) + 1n
  while (smallPrimes.some((prime) => n % prime === 0n) || checkPrimeSync(n)) n += 2n
  const product = smallPrimes.reduce((all, prime) => all * prime, 1n)
  return n + product * BigInt(which)
}

/** A prime as the flawed library made them: a power of 65537 modulo the product of the small primes. CVE-2017-15361. */
export function rocaPrime(bits: number, power: bigint): bigint {
  const product = smallPrimes.slice(1).reduce((all, prime) => all * prime, 1n)
  let residue = 1n
  for (let left = power; left > 0n; left--) residue = (residue * 65537n) % product
  // The two top bits, so that a product of two primes has all its bits.
  let candidate = ((3n << BigInt(bits - 2)) / product + 1n) * product + residue
  while (candidate % 2n === 0n || !checkPrimeSync(candidate)) candidate += product
  return candidate
}
