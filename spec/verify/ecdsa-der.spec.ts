import { createPublicKey, sign, verify } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { ecdsaDer } from '../../lib/verify/ecdsa-der.js'
import { integer, sequence } from '../helpers/der.js'
import { keyPair } from '../helpers/keys.js'
import { bytesOf, curveOrders } from '../helpers/ecdsa.js'

const widths = { ES256: 32, ES384: 48, ES512: 66 } as const
const algs = ['ES256', 'ES384', 'ES512'] as const

describe.each(algs)('%s', (alg) => {
  const width = widths[alg]
  const n = curveOrders[alg]
  const bits = 8n * BigInt(width)
  const numbers = [
    0n,
    1n,
    0x7fn,
    0x80n,
    0xffn,
    0x100n,
    0x7fffn,
    0x8000n,
    2n ** (bits - 9n),
    2n ** (bits - 9n) - 1n,
    2n ** (bits - 8n),
    2n ** (bits - 1n) - 1n,
    2n ** (bits - 1n),
    2n ** bits - 1n,
    n - 1n,
    n,
    n + 1n,
    n / 2n,
  ]

  it('writes each pair of numbers as an encoder of DER does', () => {
    for (const r of numbers) {
      for (const s of numbers) {
        const signature = Buffer.concat([bytesOf(r, width), bytesOf(s, width)])
        expect(ecdsaDer(signature)).toEqual(sequence(integer(r), integer(s)))
      }
    }
  })

  it('says what was signed, with numbers that begin with a zero, a high bit or neither', () => {
    const { privateKey: key } = keyPair(alg)
    const digest = `sha${alg.slice(2)}`
    const seen = new Set<string>()
    // P-521 has seven bits to spare, so its numbers begin with a zero byte every second time and never with a high bit.
    const isEnough = () =>
      alg === 'ES512' ? seen.size >= 4 : ['short', 'high', 'low'].every((kind) => seen.has(kind))
    for (let attempt = 0; attempt < 100_000 && !isEnough(); attempt++) {
      const data = Buffer.from(`text ${attempt}`)
      const signature = sign(digest, data, { key, dsaEncoding: 'ieee-p1363' })
      const first = signature[0] ?? 0
      const kind =
        alg === 'ES512'
          ? `${first} ${signature[width]}`
          : first === 0
            ? 'short'
            : first >= 0x80
              ? 'high'
              : 'low'
      if (seen.has(kind)) continue
      seen.add(kind)
      expect(verify(digest, data, createPublicKey(key), ecdsaDer(signature))).toBe(true)
    }
    expect(isEnough()).toBe(true)
  })
})

it('leaves the signature as it is', () => {
  const signature = Buffer.concat([Buffer.alloc(32, 0), Buffer.alloc(32, 0xff)])
  const before = Buffer.from(signature)
  ecdsaDer(signature)
  expect(signature).toEqual(before)
})
