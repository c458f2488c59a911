import { describe, expect, it } from '@jest/globals'
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { readPrivateHalf } from '../../lib/jwk/private-half.js'
import { thumbprint } from '../../lib/jwk/thumbprint.js'
import { expectRefused } from '../signing/private-key-refused.js'
import { expectNotAdmitted } from '../helpers/admission.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'

const bytesOf = (text: string) => Buffer.from(text, 'base64url')
const withZeros = (text: string) => Buffer.concat([Buffer.alloc(2), bytesOf(text)]).toString('base64url')

const standard = (text: string) => bytesOf(text).toString('base64')
const padded = (text: string) => text.padEnd(text.length + ((4 - (text.length % 4)) % 4), '=')

const numbers = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'x', 'y'] as const

/** The JWK with each number in another spelling. */
function respelled(jwk: JsonWebKey, spell: (text: string) => string): JsonWebKey {
  const members = numbers.flatMap((name) => {
    const value = jwk[name]
    return value === undefined ? [] : [[name, spell(value)] as const]
  })
  return { ...jwk, ...Object.fromEntries(members) }
}

/** A pair one of whose numbers begins with a zero byte, as one in 256 does. */
function pairWithZero(name: 'x' | 'y' | 'd'): JsonWebKey {
  for (;;) {
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
    if (bytesOf(jwk[name] ?? '')[0] === 0) return jwk
  }
}

describe('a private JWK', () => {
  const spellings: [string, (text: string) => string][] = [
    ['base64 with + and /', standard],
    ['base64url with padding', padded],
  ]
  const ofNumbers: typeof spellings = [...spellings, ['zero bytes at the front', withZeros]]

  it.each([
    ...['ES256', 'ES384', 'ES512', 'RS256'].flatMap((alg) =>
      ofNumbers.map(([how, spell]) => ({ alg, how, spell })),
    ),
    ...spellings.map(([how, spell]) => ({ alg: 'EdDSA', how, spell })),
  ])('for $alg is read with its numbers in $how, and has the same thumbprint', ({ alg, spell }) => {
    const { privateKey, publicJwk } = keyPair(alg)
    const jwk = respelled(privateKey.export({ format: 'jwk' }), spell)
    const half = readPrivateHalf(jwk)
    expect(half.key.equals(privateKey)).toBe(true)
    expect(thumbprint(half.publicJwk)).toBe(thumbprint(publicJwk))
  })

  it.each(['x', 'y', 'd'] as const)('is read with a %s of 31 bytes', (name) => {
    const jwk = pairWithZero(name)
    const short = bytesOf(jwk[name] ?? '').subarray(1)
    const half = readPrivateHalf({ ...jwk, [name]: short.toString('base64url') })
    expect(half.key.export({ format: 'jwk' })).toEqual(jwk)
  })

  it.each(['ES256', 'RS256', 'EdDSA'])(
    'for %s whose halves are of two pairs stays refused, however spelled',
    (alg) => {
      const mine = keyPair(alg).privateKey.export({ format: 'jwk' })
      const { x, y, n } = makeKeyPair(alg).publicJwk
      const mixed = alg === 'RS256' ? { ...mine, n } : alg === 'EdDSA' ? { ...mine, x } : { ...mine, x, y }
      const sentence = 'privateKey has a private and a public half that do not belong together'
      for (const spell of [(text: string) => text, standard, padded]) {
        expectRefused(respelled(mixed as JsonWebKey, spell), sentence)
      }
    },
  )

  const ec = keyPair('ES256').privateKey.export({ format: 'jwk' })
  const ed = keyPair('EdDSA').privateKey.export({ format: 'jwk' })
  const rsa = keyPair('RS256').privateKey.export({ format: 'jwk' })
  it.each<[string, object, string]>([
    ['a d that is no text', { ...ec, d: 1 }, 'needs d as base64url'],
    ['a d with a line end', { ...ec, d: `${ec.d ?? ''}\n` }, 'needs d as base64url'],
    ['an empty d', { ...ec, d: '' }, 'needs d as base64url'],
    [
      'numbers in hex',
      { ...ec, x: bytesOf(ec.x ?? '').toString('hex') },
      'has 48 bytes in x; with the crv "P-256" it takes 32',
    ],
    [
      'the d of libsodium',
      { ...ed, d: Buffer.concat([bytesOf(ed.d ?? ''), bytesOf(ed.x ?? '')]).toString('base64') },
      'has 64 bytes in d; with the crv "Ed25519" it takes 32',
    ],
    [
      'a d of Ed25519 that lacks a byte',
      {
        ...ed,
        d: bytesOf(ed.d ?? '')
          .subarray(1)
          .toString('base64url'),
      },
      'has 31 bytes in d; with the crv "Ed25519" it takes 32',
    ],
    [
      'the wrong curve',
      { ...ec, crv: 'P-384', x: 'f'.repeat(66) },
      'has 49 bytes in x; with the crv "P-384" it takes 48',
    ],
    [
      'a third prime',
      { ...rsa, oth: [{ r: 'AAAA', d: 'AAAA', t: 'AAAA' }] },
      'is an RSA key of more than two primes; make one of two',
    ],
  ])('with %s is refused with a sentence about that', (_, jwk, sentence) => {
    expectRefused(jwk, `privateKey ${sentence}`)
  })
})

describe('a public JWK', () => {
  it.each(['ES256', 'ES384', 'ES512', 'RS256', 'EdDSA'])(
    'for %s has one spelling; each other one is refused, so that there is no second text of a key',
    (alg) => {
      const { publicJwk } = keyPair(alg)
      const members = numbers.filter((name) => publicJwk[name] !== undefined)
      for (const name of members) {
        const value = publicJwk[name] ?? ''
        for (const spell of [withZeros, standard, padded, (text: string) => ` ${text}`]) {
          const other = spell(value)
          if (other === value) continue
          const sentence = new RegExp(`^Project "shop", key: jwk (needs|has) [^;]*\\b${name}\\b`)
          expectNotAdmitted({ jwk: { ...publicJwk, [name]: other } }, sentence)
        }
      }
    },
  )
})
