import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { sign, verify } from 'node:crypto'
import { ecdsaSignatureFromDer } from '../../lib/customer/index.js'
import { ecdsaDer } from '../../lib/verify/ecdsa-der.js'
import { keyPair } from '../helpers/keys.js'
import { holds, Tally } from './property.js'

const widths = { ES256: 32, ES384: 48, ES512: 66 } as const
const alg = fc.constantFrom('ES256', 'ES384', 'ES512')

/** Few bytes and many, with any first bit, and never zero. */
const number = (width: number) =>
  fc
    .uint8Array({ minLength: 1, maxLength: width })
    .filter((bytes) => bytes.some((byte) => byte !== 0))
    .map((bytes) => Buffer.concat([Buffer.alloc(width - bytes.length), bytes]))

const pair = alg.chain((of) =>
  fc.tuple(number(widths[of]), number(widths[of])).map((numbers) => ({ of, joined: Buffer.concat(numbers) })),
)

/** One change of any kind. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), by: fc.nat(255) }),
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat(), by: fc.integer({ min: 1, max: 4 }) }),
  // What stands first decides how the rest is read.
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(5), by: fc.integer({ min: 1, max: 255 }) }),
)

function damaged(
  der: Buffer,
  { kind, at, by }: typeof damage extends fc.Arbitrary<infer D> ? D : never,
): Buffer {
  const place = at % der.length
  if (kind === 'insert')
    return Buffer.concat([der.subarray(0, place), Buffer.from([by]), der.subarray(place)])
  if (kind === 'drop') return Buffer.concat([der.subarray(0, place), der.subarray(place + by)])
  const changed = Buffer.from(der)
  changed[place] = (changed[place] ?? 0) ^ by
  return changed
}

describe('R and S joined, and the DER of them', () => {
  holds(
    'are each made of the other, and are what they were',
    1_000,
    fc.property(pair, ({ of, joined }) => {
      expect(Buffer.from(ecdsaSignatureFromDer(ecdsaDer(joined), of))).toEqual(joined)
    }),
  )

  const tally = new Tally()
  holds(
    'have one DER: other bytes are refused, or are the DER of other numbers',
    2_500,
    fc.property(pair, fc.array(damage, { minLength: 1, maxLength: 3 }), ({ of, joined }, changes) => {
      const der = changes.reduce(damaged, ecdsaDer(joined))
      let read: Uint8Array
      try {
        read = ecdsaSignatureFromDer(der, of)
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        tally.count('refused')
        return
      }
      tally.count('read')
      expect(ecdsaDer(Buffer.from(read))).toEqual(der)
    }),
  )
  it('both become of them', () => {
    expect(tally.rare(200, ['refused', 'read'])).toEqual([])
  })

  holds(
    'are what node:crypto calls der and ieee-p1363',
    200,
    fc.property(alg, fc.uint8Array({ maxLength: 64 }), (of, data) => {
      const { privateKey, publicKey } = keyPair(of)
      const digest = `sha${of.slice(2)}`
      const joined = ecdsaSignatureFromDer(sign(digest, data, { key: privateKey, dsaEncoding: 'der' }), of)
      expect(verify(digest, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, joined)).toBe(true)
      const raw = sign(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      expect(verify(digest, data, { key: publicKey, dsaEncoding: 'der' }, ecdsaDer(raw))).toBe(true)
      expect(Buffer.from(ecdsaSignatureFromDer(ecdsaDer(raw), of))).toEqual(raw)
    }),
  )

  holds(
    'never stand in an error, whatever the bytes are',
    300,
    fc.property(alg, fc.uint8Array({ minLength: 8, maxLength: 200 }), (of, bytes) => {
      let message = ''
      try {
        ecdsaSignatureFromDer(bytes, of)
      } catch (error) {
        message = (error as Error).message
      }
      const given = Buffer.from(bytes)
      for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
        expect(message).not.toContain(given.subarray(0, 8).toString(encoding))
      }
      expect(message).not.toContain(bytes.subarray(0, 3).join(','))
    }),
  )
})
