import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { admitProjectKey, type ProjectKey, type PublicKeyInput } from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'
import { changesOf, made, names, number, text } from './odd-options.js'
import { anything } from './odd-values.js'
import { holds, Tally } from './property.js'

describe('admitProjectKey', () => {
  const algs = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256'] as const
  // Arithmetic over an RSA modulus takes milliseconds, so it comes last and seldom.
  const alg = fc.constantFrom(...algs, ...algs.slice(0, 4), ...algs.slice(0, 4))
  const strange = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey
  const pemOf = (name: string) => keyPair(name).publicKey.export({ format: 'pem', type: 'spki' }).toString()

  const pem = fc.oneof(
    fc
      .tuple(
        alg,
        fc.nat(),
        fc.oneof(text, fc.constantFrom('A', '/', '=', '\n', '\\n', '-----')),
        fc.nat({ max: 4 }),
      )
      .map(([name, at, piece, removed]) => {
        const whole = pemOf(name)
        const index = at % whole.length
        return whole.slice(0, index) + piece + whole.slice(index + removed)
      }),
    fc
      .tuple(alg, fc.constantFrom('PRIVATE KEY', 'CERTIFICATE', 'RSA PUBLIC KEY', 'X'))
      .map(([name, label]) => pemOf(name).replaceAll('PUBLIC KEY', label)),
    fc.tuple(alg, alg).map(([one, other]) => pemOf(one) + pemOf(other)),
    fc
      .tuple(alg, fc.constantFrom('\\n', '\r\n', '', ' '))
      .map(([name, end]) => pemOf(name).replaceAll('\n', end)),
    fc.uint8Array({ maxLength: 120 }).map((bytes) => {
      return `-----BEGIN PUBLIC KEY-----\n${Buffer.from(bytes).toString('base64')}\n-----END PUBLIC KEY-----`
    }),
    fc.constant(strange.export({ format: 'pem', type: 'spki' }).toString()),
  )
  const number64 = fc.oneof(
    fc.uint8Array({ minLength: 31, maxLength: 67 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc.constantFrom('AQAB', 'Aw', 'AQ', 'AAEAAQ', '', 'AA', Buffer.alloc(32).toString('base64url')),
  )
  const jwk = fc
    .tuple(
      alg,
      fc.constantFrom(
        'kty',
        'crv',
        'x',
        'y',
        'n',
        'e',
        'd',
        'k',
        'use',
        'key_ops',
        'alg',
        'kid',
        'keys',
        'oth',
        'other',
      ),
      fc.oneof(
        fc.constantFrom<unknown>(
          'EC',
          'RSA',
          'OKP',
          'oct',
          'P-256',
          'P-384',
          'Ed25519',
          'Ed448',
          'sig',
          'enc',
          ['verify'],
          ['sign'],
        ),
        number64,
        anything,
      ),
    )
    .map(([name, member, value]): object => ({ ...keyPair(name).publicJwk, [member]: value }))
  const input = fc.oneof(
    pem.map((given) => ({ pem: given })),
    jwk.map((given) => ({ jwk: given })),
    jwk.map((given) => ({ jwk: made(() => JSON.stringify(given)) })),
    changesOf({
      kid: text,
      alg: names,
      notBefore: number,
      notAfter: number,
      revokedAt: fc.date({ noInvalidDate: false }),
    }).map((changes) => ({ jwk: keyPair('ES256').publicJwk, ...changes })),
    anything,
  )

  /** What every admitted key is, whatever it was made of. */
  function faultOf({ kid, alg: of, publicKey }: ProjectKey): string | undefined {
    const { kty, crv, d, n = '', e = '' }: JsonWebKey = publicKey.export({ format: 'jwk' })
    if (publicKey.type !== 'public' || d !== undefined) return 'is not a public key'
    if (kid === '' || kid.length > 256) return 'has a wrong kid'
    const curves = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', Ed25519: 'EdDSA' }
    if (kty !== 'RSA')
      return curves[crv as keyof typeof curves] === of ? undefined : 'is for another algorithm'
    const bits = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`).toString(2).length
    const exponent = Buffer.from(e, 'base64url').readUIntBE(0, Buffer.from(e, 'base64url').length)
    return bits >= 2048 && bits <= 4096 && exponent >= 65537 && exponent % 2 === 1 ? undefined : 'is weak'
  }

  /** Whoever sends one of these has sent what they must keep, whatever it holds. */
  function isExposed(given: unknown): boolean {
    const { jwk: inner } = (given ?? {}) as { jwk?: unknown }
    const members: unknown = typeof inner === 'string' ? JSON.parse(inner) : inner
    const { d, k, oth, keys } = Object(members) as Record<string, unknown>
    const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0
    return [d, k, isEmpty(oth) ? null : oth, keys].some((value) => value !== undefined && value !== null)
  }

  const admitted = new Tally()

  holds(
    'admits nothing but sound keys, and throws nothing but a TypeError',
    2_000,
    fc.property(input, (given) => {
      const key = made(() => admitProjectKey({ id: 'shop' }, given as PublicKeyInput))
      admitted.count(key === undefined ? 'refused' : 'admitted')
      if (key !== undefined && isExposed(given)) throw new Error('has admitted what is no public key')
      const fault = key && (Object.isFrozen(key) ? faultOf(key) : 'is not frozen')
      if (fault !== undefined) throw new Error(fault)
    }),
  )

  it('has admitted and refused often', () => {
    expect(admitted.rare(200, ['admitted', 'refused'])).toEqual([])
  })
})
