import { describe, expect, it } from '@jest/globals'
import { sign, verify } from 'node:crypto'
import { createSigner, ecdsaSignatureFromDer } from '../../lib/customer/index.js'
import { bytesOf, curveOrders } from '../helpers/ecdsa.js'
import { integer, sequence, tagged } from '../helpers/der.js'
import { keyPair } from '../helpers/keys.js'
import { audience, kidOf } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'

const widths = { ES256: 32, ES384: 48, ES512: 66 } as const
const algs = ['ES256', 'ES384', 'ES512'] as const

const joined = (r: bigint, s: bigint, width: number) =>
  new Uint8Array([...bytesOf(r, width), ...bytesOf(s, width)])
const wrong = (what: string) => new TypeError(`ecdsaSignatureFromDer: ${what}`)

describe.each(algs)('an ECDSA signature in DER, for %s', (alg) => {
  const width = widths[alg]
  const n = curveOrders[alg]
  const { privateKey, publicKey } = keyPair(alg)
  const digest = `sha${alg.slice(2)}`
  const refusal = (der: Uint8Array, fault: string) => {
    expect(() => ecdsaSignatureFromDer(der, alg)).toThrow(
      wrong(`der ${fault}; give all bytes of one ${alg} signature, as the service returned them`),
    )
  }

  it('becomes R and S joined, whatever their first bytes are', () => {
    const numbers = [
      1n,
      0x7fn,
      0x80n,
      0xffn,
      0x100n,
      0x7fffn,
      0x8000n,
      n / 2n,
      n - 1n,
      2n ** (8n * BigInt(width)) - 1n,
    ]
    for (const r of numbers) {
      for (const s of numbers) {
        const der = sequence(integer(r), integer(s))
        expect(ecdsaSignatureFromDer(der, alg)).toEqual(joined(r, s, width))
      }
    }
  })

  it('verifies as what was signed', () => {
    for (let count = 0; count < 20; count++) {
      const data = Buffer.from(`text ${count}`)
      const signature = ecdsaSignatureFromDer(sign(digest, data, privateKey), alg)
      expect(verify(digest, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
    }
  })

  it('is what a remote signer may return then, and the platform accepts it', async () => {
    const remote = {
      alg,
      kid: kidOf(alg),
      sign: (data: Uint8Array) => ecdsaSignatureFromDer(sign(digest, data, privateKey), alg),
    }
    const token = await createSigner({ projectId: 'shop', audience, privateKey: remote }).sign()
    const verifier = verifierOf({ algorithms: [alg], clock: () => Date.now() / 1000 }, [shop([alg])])
    await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  it('stays as it was, and the answer has bytes of its own', () => {
    const der = sequence(integer(n - 1n), integer(1n))
    const before = Buffer.from(der)
    ecdsaSignatureFromDer(der, alg).fill(0)
    expect(der).toEqual(before)
  })

  it('may stand in the middle of other bytes', () => {
    const der = sequence(integer(n - 1n), integer(2n))
    const among = Buffer.concat([Buffer.alloc(7, 0x30), der, Buffer.alloc(9, 0x02)])
    const view = new Uint8Array(among.buffer, among.byteOffset + 7, der.length)
    expect(ecdsaSignatureFromDer(view, alg)).toEqual(joined(n - 1n, 2n, width))
  })

  const whole = sequence(integer(n - 1n), integer(n - 2n))
  const content = Buffer.concat([integer(n - 1n), integer(n - 2n)])

  it('is refused wherever it is cut off', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => ecdsaSignatureFromDer(whole.subarray(0, length), alg)).toThrow(TypeError)
    }
    refusal(whole.subarray(0, -1), 'is cut off')
    refusal(new Uint8Array(), 'does not begin with a SEQUENCE')
  })

  it.each<[string, Uint8Array, string]>([
    ['with a byte after it', Buffer.concat([whole, Buffer.alloc(1)]), 'has bytes after its end'],
    ['twice', Buffer.concat([whole, whole]), 'has bytes after its end'],
    ['as base64 text', Buffer.from(whole.toString('base64')), 'does not begin with a SEQUENCE'],
    ['as a SET', tagged(0x31, content), 'does not begin with a SEQUENCE'],
    [
      'of indefinite length',
      Buffer.concat([Buffer.from([0x30, 0x80]), content, Buffer.alloc(2)]),
      'has a length that is not written as DER writes it',
    ],
    [
      'with a length of two bytes',
      Buffer.concat([Buffer.from([0x30, 0x82, 0, content.length]), content]),
      'has a length that is not written as DER writes it',
    ],
    ['with one number', sequence(integer(n - 1n)), 'has no whole INTEGER for S'],
    ['with none', sequence(), 'has no whole INTEGER for R'],
    ['with three', sequence(integer(1n), integer(2n), integer(3n)), 'holds more than R and S'],
    ['with a byte after S', sequence(integer(1n), integer(2n), Buffer.alloc(1)), 'holds more than R and S'],
    [
      'with another type for R',
      sequence(tagged(0x04, Buffer.from([1])), integer(1n)),
      'has no whole INTEGER for R',
    ],
    [
      'with another type for S',
      sequence(integer(1n), tagged(0x04, Buffer.from([1]))),
      'has no whole INTEGER for S',
    ],
    [
      'with an R that is longer than all',
      sequence(Buffer.from([0x02, 0x10, 1]), integer(1n)),
      'has no whole INTEGER for R',
    ],
    [
      'with an S that is longer than the rest',
      sequence(integer(1n), Buffer.from([0x02, 2, 1])),
      'has no whole INTEGER for S',
    ],
    [
      'with a number whose length takes two bytes',
      sequence(Buffer.from([0x02, 0x81, 1, 1]), integer(1n)),
      'has no whole INTEGER for R',
    ],
    ['with an R without bytes', sequence(tagged(0x02), integer(1n)), 'has an R that has no bytes'],
    ['with an S without bytes', sequence(integer(1n), tagged(0x02)), 'has an S that has no bytes'],
    [
      'with a negative R',
      sequence(tagged(0x02, Buffer.from([0x80])), integer(1n)),
      'has an R that is negative',
    ],
    [
      'with a negative S',
      sequence(integer(1n), tagged(0x02, Buffer.alloc(width, 0xff))),
      'has an S that is negative',
    ],
    ['with a zero for R', sequence(integer(0n), integer(1n)), 'has an R that is zero'],
    ['with a zero for S', sequence(integer(1n), integer(0n)), 'has an S that is zero'],
    [
      'with a zero before R that it does not need',
      sequence(tagged(0x02, Buffer.from([0, 0x7f])), integer(1n)),
      'has an R that begins with a zero too many',
    ],
    [
      'with a zero before S that it does not need',
      sequence(integer(1n), tagged(0x02, Buffer.from([0, 0, 0x80]))),
      'has an S that begins with a zero too many',
    ],
    [
      'with an R that is too large',
      sequence(integer(2n ** (8n * BigInt(width))), integer(1n)),
      `has an R that takes ${width + 1} bytes, and ${width} is the most`,
    ],
    [
      'with an S that is too large',
      sequence(integer(1n), integer(2n ** (8n * BigInt(width)))),
      `has an S that takes ${width + 1} bytes, and ${width} is the most`,
    ],
  ])('is refused %s', (_, der, fault) => {
    refusal(der, fault)
  })

  it('is refused when it is R and S joined already, and the error says so', () => {
    const raw = sign(digest, Buffer.from('text'), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    // As one signature in 65,536 looks.
    for (const first of [raw[0] === 0x30 ? 0x31 : (raw[0] ?? 0), 0x30]) {
      raw[0] = first
      raw[2] = 0
      raw[3] = 0
      expect(() => ecdsaSignatureFromDer(raw, alg)).toThrow(
        wrong(
          `der has the ${2 * width} bytes of R and S joined, as ${alg} wants them; use it without this function`,
        ),
      )
    }
  })
})

it('a length of 128 and more takes two bytes, a shorter one does not', () => {
  const short = Buffer.concat([integer(1n), integer(2n)])
  const long = Buffer.concat([Buffer.from([0x30, 0x81, short.length]), short])
  expect(() => ecdsaSignatureFromDer(long, 'ES512')).toThrow(
    'has a length that is not written as DER writes it',
  )
})

it('a DER signature that was cut to the length of R and S joined is not taken for them', () => {
  const n = curveOrders.ES256
  const cut = sequence(integer(n - 1n), integer(n - 2n)).subarray(0, 64)
  expect(() => ecdsaSignatureFromDer(cut, 'ES256')).toThrow('der is cut off')
})

it('a signature by a key of a larger curve is refused', () => {
  for (const [made, asked, width] of [
    ['ES384', 'ES256', 32],
    ['ES512', 'ES384', 48],
  ] as const) {
    const der = sequence(integer(curveOrders[made] - 1n), integer(1n))
    expect(() => ecdsaSignatureFromDer(der, asked)).toThrow(`and ${width} is the most`)
  }
})

describe('ecdsaSignatureFromDer refuses', () => {
  const der = sequence(integer(1n), integer(2n))

  it.each([undefined, null, 'es256', 'RS256', 'EdDSA', 'ES256K', 256])('the alg %p', (alg) => {
    expect(() => ecdsaSignatureFromDer(der, alg as 'ES256')).toThrow(
      wrong('alg must be ES256, ES384 or ES512; signatures of RSA and Ed25519 are used as they are'),
    )
  })

  it.each([undefined, null, der.toString('base64'), [...der], der.buffer, { Signature: der }])(
    '%p in the place of bytes',
    (given) => {
      expect(() => ecdsaSignatureFromDer(given as unknown as Uint8Array, 'ES256')).toThrow(
        wrong('der must be a Uint8Array; decode it first if it is text'),
      )
    },
  )
})
