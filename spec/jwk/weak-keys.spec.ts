import { describe, expect, it } from '@jest/globals'
import { ed25519Weakness, hasPrimeModulus, rsaWeakness } from '../../lib/jwk/weak-keys.js'
import { bytesOf } from '../helpers/der.js'
import { encodePoint, fieldPrime, pointAt, pointsOfSmallOrder } from '../helpers/ed25519-points.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { primeOf2203Bits, rocaPrime, soundModulus } from '../helpers/rsa-numbers.js'

const weakness = (n: bigint, e: bigint) => rsaWeakness(bytesOf(n), bytesOf(e))
const sound = soundModulus(2048)

describe('an RSA key', () => {
  it.each([2048, 2049, 3072, 4095, 4096])('of %d bits is sound', (bits) => {
    expect(weakness(soundModulus(bits), 65537n)).toBeUndefined()
  })

  it.each([1024, 2047, 4097, 8192])('of %d bits is not', (bits) => {
    expect(weakness(2n ** BigInt(bits - 1) + 1n, 65537n)).toBe(
      `the RSA modulus has ${bits} bits; use 2048 to 4096`,
    )
  })

  it.each([65537n, 65539n, 2n ** 32n - 1n])('with exponent %d is sound', (e) => {
    expect(weakness(sound, e)).toBeUndefined()
  })

  it.each([0n, 1n, 2n, 3n, 17n, 65535n, 65536n, 65538n, 2n ** 32n, 2n ** 32n + 1n, 2n ** 3040n + 1n])(
    'with exponent %d is not',
    (e) => {
      expect(weakness(sound, e)).toBe(
        'the RSA exponent must be odd, at least 65537 and below 2^32; use 65537',
      )
    },
  )

  it.each([2n, 3n, 97n, 167n])('whose modulus is divisible by %d is not', (factor) => {
    // A multiple of the factor and of no other small prime.
    expect(weakness(soundModulus(2048 - factor.toString(2).length + 1) * factor, 65537n)).toBe(
      `the RSA modulus is divisible by ${factor.toString()}; make a new key`,
    )
  })

  it('is told by a modulus that is a prime', () => {
    const hasPrime = (n: bigint) => hasPrimeModulus({ n: bytesOf(n).toString('base64url') })
    expect(hasPrime(primeOf2203Bits)).toBe(true)
    expect(hasPrime(sound)).toBe(false)
    expect(hasPrimeModulus({})).toBe(false)
  })

  it('of the ROCA family is not', () => {
    expect(weakness(rocaPrime(1024, 5n) * rocaPrime(1024, 77n), 65537n)).toBe(
      'the RSA key has the ROCA weakness (CVE-2017-15361); make a new key with other software',
    )
  })

  it('with one factor alone of the ROCA family is sound', () => {
    expect(weakness(rocaPrime(1024, 5n) * soundModulus(1025), 65537n)).toBeUndefined()
  })

  it('as Node makes it is sound', () => {
    const { n = '', e = '' } = keyPair('RS256').publicJwk
    expect(rsaWeakness(Buffer.from(n, 'base64url'), Buffer.from(e, 'base64url'))).toBeUndefined()
  })
})

describe('an Ed25519 key', () => {
  const tooSmall = 'the Ed25519 point has small order, so anyone can sign with it; make a new key'
  const points = pointsOfSmallOrder()

  it('has eight points of small order, no more and no fewer', () => {
    expect(new Set(points.map(({ x, y }) => `${x.toString()},${y.toString()}`)).size).toBe(8)
    expect(points.filter(({ x }) => x === 0n).map(({ y }) => y)).toEqual([1n, fieldPrime - 1n])
    expect(points.filter(({ y }) => y === 0n)).toHaveLength(2)
  })

  it.each(points)('is unsound at the point of small order %#', ({ x, y }) => {
    expect(ed25519Weakness(encodePoint(y, x & 1n))).toBe(tooSmall)
  })

  it.each([1n, fieldPrime - 1n])(
    'is unsound at a point of small order whose x is a negative zero (%#)',
    (y) => {
      expect(ed25519Weakness(encodePoint(y, 1n))).toBe(tooSmall)
    },
  )

  it.each(Array.from({ length: 19 }, (_, excess) => BigInt(excess)))(
    'is unsound when its y is written as %d more than the field prime',
    (excess) => {
      for (const sign of [0n, 1n]) {
        expect(ed25519Weakness(encodePoint(fieldPrime + excess, sign))).toBe(
          'the Ed25519 point is not in its canonical form',
        )
      }
    },
  )

  it('is unsound where the curve has no point', () => {
    const missing = [2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n].filter((y) => pointAt(y) === undefined)
    expect(missing.length).toBeGreaterThan(1)
    for (const y of missing) {
      expect(ed25519Weakness(encodePoint(y, 0n))).toBe('the Ed25519 point is not on its curve')
    }
  })

  it('is sound next to the points of small order', () => {
    const small = new Set(points.map(({ y }) => y))
    const neighbours = points
      .flatMap(({ y }) => [y + 1n, y - 1n, y + 2n, y - 2n, y + 3n])
      .filter((y) => y >= 0n && y < fieldPrime && !small.has(y) && pointAt(y) !== undefined)
    expect(neighbours.length).toBeGreaterThan(8)
    for (const y of neighbours) expect(ed25519Weakness(encodePoint(y, 0n))).toBeUndefined()
  })

  it('as Node makes it is sound', () => {
    for (let made = 0; made < 20; made++) {
      const { x = '' } = makeKeyPair('EdDSA').publicJwk
      expect(ed25519Weakness(Buffer.from(x, 'base64url'))).toBeUndefined()
    }
  })
})
