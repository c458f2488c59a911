import { describe, expect, it } from '@jest/globals'
import { KeyObject } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { admitProjectKey, type PublicKeyInput } from '../../lib/index.js'
import { isAdmitted } from '../../lib/keys/public-key.js'
import { expectNotAdmitted } from '../helpers/admission.js'
import { bytesOf } from '../helpers/der.js'
import { keyPair } from '../helpers/keys.js'
import { primeOf2203Bits } from '../helpers/rsa-numbers.js'

const project = { id: 'shop' }
const admit = (input: PublicKeyInput) => admitProjectKey(project, input)
const jwkOf = (alg: string) => keyPair(alg).publicJwk
const pemOf = (alg: string) => keyPair(alg).publicKey.export({ format: 'pem', type: 'spki' }) as string
const jwk = jwkOf('ES256')

const defaults = [
  ['ES256', 'ES256'],
  ['ES384', 'ES384'],
  ['ES512', 'ES512'],
  ['RS256', 'RS256'],
  ['PS256', 'RS256'],
  ['EdDSA', 'EdDSA'],
] as const

describe('a public key', () => {
  it.each(defaults)('of a pair for %s is admitted as PEM, as JWK and as JSON, for %s', async (pair, alg) => {
    const kid = await calculateJwkThumbprint(jwkOf(pair))
    const forms = [
      { pem: pemOf(pair) },
      { pem: pemOf(pair).replaceAll('\n', '\r\n') },
      { pem: pemOf(pair).replaceAll('\n', '\\n') },
      { pem: pemOf(pair).replaceAll('\n', '\\r\\n') },
      { pem: `a line above\n${pemOf(pair)}a line below` },
      { jwk: jwkOf(pair) },
      { jwk: JSON.stringify(jwkOf(pair), null, 2) },
    ]
    for (const form of forms) {
      const key = admit(form)
      expect(key).toMatchObject({ kid, alg, project: { id: 'shop', issuer: 'shop', suspended: false } })
      expect(Object.keys(key)).toEqual(['kid', 'alg', 'publicKey', 'project'])
      expect(key.publicKey).toBeInstanceOf(KeyObject)
      expect(key.publicKey.equals(keyPair(pair).publicKey)).toBe(true)
    }
  })

  it.each(['RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const)(
    'of RSA is admitted for %s when told',
    (alg) => {
      expect(admit({ pem: pemOf('RS256'), alg }).alg).toBe(alg)
      expect(admit({ jwk: { ...jwkOf('RS256'), alg } }).alg).toBe(alg)
      expect(admit({ jwk: { ...jwkOf('RS256'), alg }, alg }).alg).toBe(alg)
    },
  )

  it('of Ed25519 is admitted under both names of its algorithm', () => {
    const ed25519 = jwkOf('EdDSA')
    expect(admit({ jwk: { ...ed25519, alg: 'Ed25519' } }).alg).toBe('EdDSA')
    expect(admit({ jwk: ed25519, alg: 'Ed25519' }).alg).toBe('EdDSA')
    expect(admit({ jwk: { ...ed25519, alg: 'Ed25519' }, alg: 'EdDSA' }).alg).toBe('EdDSA')
  })

  it('has the kid that it is given, else that of its JWK, else its thumbprint', async () => {
    expect(admit({ jwk, kid: 'given' }).kid).toBe('given')
    expect(admit({ jwk: { ...jwk, kid: 'in the JWK' } }).kid).toBe('in the JWK')
    expect(admit({ jwk: { ...jwk, kid: 'both' }, kid: 'both' }).kid).toBe('both')
    expect(admit({ pem: pemOf('ES256'), kid: 'given' }).kid).toBe('given')
    expect(admit({ jwk: { ...jwk, use: 'sig', extra: 1 } }).kid).toBe(await calculateJwkThumbprint(jwk))
    expect(admit({ jwk, kid: 'k'.repeat(256) }).kid).toHaveLength(256)
  })

  it('has the same thumbprint as the example of RFC 7638 section 3.1', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
    expect(admit({ jwk: { kty: 'RSA', n, e: 'AQAB', alg: 'RS256' } }).kid).toBe(
      'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    )
  })

  it('has the times that it is given, as epoch seconds', () => {
    expect(admit({ jwk, notBefore: 1, notAfter: 2.5, revokedAt: 3 })).toMatchObject({
      notBefore: 1,
      notAfter: 2.5,
      revokedAt: 3,
    })
    expect(
      admit({ jwk, notBefore: new Date(1_500), notAfter: new Date('2026-01-01T00:00:00Z') }),
    ).toMatchObject({ notBefore: 1.5, notAfter: 1_767_225_600 })
    expect(admit({ jwk, notAfter: 1e11 }).notAfter).toBe(1e11)
    expect(
      Object.keys(admit({ jwk, notBefore: undefined, notAfter: undefined, revokedAt: undefined })),
    ).toEqual(['kid', 'alg', 'publicKey', 'project'])
  })

  it('may come in a text of 16,384 characters', () => {
    expect(admit({ pem: pemOf('ES256').padEnd(16_384) }).alg).toBe('ES256')
    expect(admit({ jwk: JSON.stringify(jwk).padEnd(16_384) }).alg).toBe('ES256')
  })

  it('is frozen, together with its project', () => {
    const key = admit({ jwk })
    expect(Object.isFrozen(key)).toBe(true)
    expect(Object.isFrozen(key.project)).toBe(true)
  })

  it('counts as admitted only as the very object that the admission made', () => {
    const key = admit({ jwk })
    expect(isAdmitted(key)).toBe(true)
    for (const other of [{ ...key }, Object.create(key) as unknown, structuredClone({ kid: key.kid })]) {
      expect(isAdmitted(other)).toBe(false)
    }
    for (const nothing of [undefined, null, 'key', 1]) expect(isAdmitted(nothing)).toBe(false)
  })

  it('is not changed by what is done to the input later', () => {
    const given = { ...jwk }
    const key = admit({ jwk: given })
    const before = key.publicKey.export({ format: 'jwk' })
    Object.assign(given, jwkOf('ES384'))
    expect(key.publicKey.export({ format: 'jwk' })).toEqual(before)
  })
})

describe('a public key is refused', () => {
  const noKey =
    'jwk or pem is undefined or empty; is the variable or file that should hold the public key there?'
  const tooLong = 'is too long to be a key: more than 16384 characters'
  const badKid = 'kid must be a string of 1 to 256 printable characters'

  it.each([
    ['without jwk and pem', {}, noKey],
    ['with an undefined jwk', { jwk: undefined }, noKey],
    ['with an undefined pem', { pem: undefined }, noKey],
    ['with an empty jwk', { jwk: '' }, noKey],
    ['with an empty pem', { pem: '' }, noKey],
    ['with null for both', { jwk: null, pem: null }, noKey],
    ['with jwk and pem', { jwk, pem: pemOf('ES256') }, 'give jwk or pem, not both'],
    [
      'with a misspelled member',
      { jwk, notbefore: 1 },
      'unknown member "notbefore". Did you mean "notBefore"?',
    ],
    [
      'with a member that is nowhere near',
      { jwk, passphrase: 'x' },
      'unknown member "passphrase". Known: jwk, pem, kid, alg, notBefore, notAfter, revokedAt.',
    ],
    [
      'with a JWK of another kid',
      { jwk: { ...jwk, kid: 'b' }, kid: 'a' },
      'kid and the kid of the JWK differ',
    ],
    ['as a PEM of megabytes', { pem: pemOf('ES256') + ' '.repeat(20_000) }, `pem ${tooLong}`],
    ['as JSON of megabytes', { jwk: JSON.stringify(jwk) + ' '.repeat(20_000) }, `jwk ${tooLong}`],
    ['as a PEM of one character too many', { pem: pemOf('ES256').padEnd(16_385) }, `pem ${tooLong}`],
    [
      'as a PEM with a line end in its first line',
      { pem: pemOf('ES256').replace('PUBLIC KEY', 'PUBLIC\\nKEY') },
      'pem has no line -----BEGIN PUBLIC KEY-----',
    ],
    [
      'with a member whose name could be a key',
      { jwk, 'MIGHAgEAMBMG/yqG': 1 },
      'unknown member. Known: jwk, pem, kid, alg, notBefore, notAfter, revokedAt.',
    ],
    ['with an empty kid in its JWK', { jwk: { ...jwk, kid: '' } }, badKid],
    ['with a kid in its JWK that is no string', { jwk: { ...jwk, kid: 1 } }, badKid],
    ['with a kid in its JWK of 257 characters', { jwk: { ...jwk, kid: 'k'.repeat(257) } }, badKid],
    [
      'with a JWK of no type',
      { jwk: {} },
      'jwk is an object, but not a JWK: it has no kty ("EC", "RSA" or "OKP")',
    ],
    [
      'with a JWK whose crv JSON cannot say',
      { jwk: { kty: 'EC', crv: 1n } },
      'jwk has no crv; with kty "EC" it is one of P-256, P-384, P-521',
    ],
    [
      'with a JWK of Ed25519 that says to be of type EC',
      { jwk: { ...jwkOf('EdDSA'), kty: 'EC' } },
      'jwk has the kty "EC" and the crv "Ed25519", which do not go together; with "Ed25519" the kty is "OKP"',
    ],
    [
      'with a JWK of RSA whose n is just not too large to be looked at',
      { jwk: { ...jwkOf('RS256'), n: 'x'.repeat(1024) } },
      'the RSA modulus has 6144 bits; use 2048 to 4096',
    ],
    [
      'with a JWK of RSA whose e is just not too large to be looked at',
      { jwk: { ...jwkOf('RS256'), e: 'x'.repeat(1024) } },
      'the RSA exponent must be odd, at least 65537 and below 2^32; use 65537',
    ],
    ['with a null alg', { jwk, alg: null }, /^alg must be one of ES256, /],
  ])('%s', (_, input, reason) => {
    const thrown = () => admit(input as PublicKeyInput)
    if (reason instanceof RegExp) expect(thrown).toThrow(/^Project "shop", key: alg must be one of ES256, /)
    else expectNotAdmitted(input as PublicKeyInput, reason)
  })

  it.each(['', ' ', 'k'.repeat(257), 'a\nb', 'a\r\n', '\u001b[31m', 'a\0', '\udc00', 1, null, ['a']])(
    'with the kid %j, which it does not repeat',
    (kid) => {
      expect(() => admit({ jwk, kid: kid as string })).toThrow(
        new TypeError(`Project "shop", key: ${badKid}`),
      )
    },
  )

  it.each(['notBefore', 'notAfter', 'revokedAt'])('with a %s that is no moment', (name) => {
    for (const wrong of ['2026-01-01', NaN, Infinity, -Infinity, 1n, new Date(NaN), {}]) {
      expect(() => admit({ jwk, [name]: wrong })).toThrow(
        new TypeError(`Project "shop", key: ${name} must be epoch seconds or a Date`),
      )
    }
  })

  it('that stands without its { jwk }', () => {
    expect(() => admit(jwk as PublicKeyInput)).toThrow(
      new TypeError('Project "shop", key: this looks like a JWK; write { jwk: ... } around it'),
    )
  })

  it.each(['notBefore', 'notAfter', 'revokedAt'])('with a %s in milliseconds', (name) => {
    for (const wrong of [1_790_000_000_000, 1e11 + 1]) {
      expectNotAdmitted(
        { jwk, [name]: wrong },
        `${name} looks like milliseconds; give epoch seconds or a Date`,
      )
    }
  })

  it('when it would never be active', () => {
    for (const notAfter of [5, 4]) {
      expectNotAdmitted({ jwk, notBefore: 5, notAfter }, 'notBefore must be before notAfter')
    }
  })

  it('with a sentence that names the project and the kid', () => {
    expectNotAdmitted({ jwk: { ...jwk, y: jwk.x }, kid: 'key "1"' }, 'the EC point is not on its curve')
  })

  it.each([undefined, null, 'key', 1])('when it is %j', (input) => {
    expect(() => admit(input as unknown as PublicKeyInput)).toThrow(
      new TypeError('Project "shop", key: give an object with jwk or pem'),
    )
  })
})

describe('a key that a store has loaded', () => {
  const prime = { kty: 'RSA', n: bytesOf(primeOf2203Bits).toString('base64url'), e: 'AQAB' }

  it('is spared the one costly check, which was made when it was stored', () => {
    expect(() => admitProjectKey({ id: 'shop' }, { jwk: prime })).toThrow('the RSA modulus is a prime')
    expect(admitProjectKey({ id: 'shop' }, { jwk: prime }, { loaded: true }).alg).toBe('RS256')
  })

  it('is spared no other', () => {
    const weak = { ...prime, e: 'Aw' }
    expect(() => admitProjectKey({ id: 'shop' }, { jwk: weak }, { loaded: true })).toThrow('the RSA exponent')
  })
})

it('takes the bytes of a PEM file, and null from a database for a moment that is not set', () => {
  const key = admit({ pem: Buffer.from(pemOf('ES256')), revokedAt: null, notBefore: null, notAfter: null })
  expect(key).toMatchObject({ alg: 'ES256' })
  expect(Object.keys(key)).not.toContain('revokedAt')
})

it.each<[unknown, string]>([
  [{ loadedd: true }, 'admitProjectKey: unknown option "loadedd". Did you mean "loaded"?'],
  [{ loaded: 'no' }, 'admitProjectKey: loaded must be true or false'],
  [null, 'admitProjectKey takes an object; each option has a name: loaded'],
])('is not admitted with the options %j', (options, message) => {
  const input = { jwk: keyPair('ES256').publicJwk }
  expect(() => admitProjectKey({ id: 'shop' }, input, options as object)).toThrow(new TypeError(message))
})
