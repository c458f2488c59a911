import { describe, expect, it } from '@jest/globals'
import { createPublicKey, generateKeyPairSync, KeyObject, sign } from 'node:crypto'
import { admitProjectKey } from '../../lib/index.js'
import { expectNotAdmitted } from '../helpers/admission.js'
import * as der from '../helpers/der.js'
import { keyPair } from '../helpers/keys.js'
import { encode } from '../helpers/mint.js'

const pkcs1 =
  'this is a PKCS#1 public key; convert it to SPKI (openssl rsa -RSAPublicKey_in -in key.pem -pubout)'
const noKey = 'the PEM block does not hold a public key; is it complete?'
const notCanonical = 'the PEM block holds more than a public key, or holds it in an odd form'
const unusable = (kind: string) =>
  `a key of type "${kind}" cannot be used; use P-256, P-384, P-521, Ed25519 or RSA`

const spkiOf = (alg: string) => keyPair(alg).publicKey.export({ format: 'der', type: 'spki' })
const pemOf = (alg: string) => der.pem('PUBLIC KEY', spkiOf(alg))
const { n = '' } = keyPair('RS256').publicJwk

it.each(['ES256', 'RS256', 'EdDSA'])('admits what is one public key for signatures (%s)', (alg) => {
  expect(admitProjectKey({ id: 'shop' }, { pem: pemOf(alg) }).alg).toBe(alg)
  expect(admitProjectKey({ id: 'shop' }, { jwk: keyPair(alg).publicJwk }).alg).toBe(alg)
})

describe('a key of another kind', () => {
  const okp = { kty: 'OKP', crv: 'Ed25519', x: keyPair('EdDSA').publicJwk.x }

  it.each(['x25519', 'x448', 'ed448'] as const)('is refused: %s', (type) => {
    // The overloads of generateKeyPairSync take one type at a time.
    const { publicKey } = generateKeyPairSync(type as 'x25519')
    const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string
    expectNotAdmitted({ pem }, unusable(type))
    const jwk = publicKey.export({ format: 'jwk' })
    expectNotAdmitted({ jwk }, unusable(jwk.crv ?? ''))
  })

  it('is refused: DSA', () => {
    const { publicKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
    expectNotAdmitted({ pem: publicKey.export({ format: 'pem', type: 'spki' }) }, unusable('dsa'))
  })

  it('is refused: RSA that is restricted to PSS', () => {
    const { publicKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    expectNotAdmitted(
      { pem: publicKey.export({ format: 'pem', type: 'spki' }) },
      'the key is restricted to RSASSA-PSS; give it as a JWK of its n and e with alg PS256',
    )
  })

  it.each([
    ['31 bytes', encode(Buffer.alloc(31, 9))],
    ['33 bytes', encode(Buffer.alloc(33, 9))],
  ])('is refused: Ed25519 of %s', (_, wrong) => {
    const bytes = Buffer.from(wrong, 'base64url').length
    expectNotAdmitted(
      { jwk: { ...okp, x: wrong } },
      `jwk has ${bytes} bytes in x; with the crv "Ed25519" it takes 32`,
    )
  })

  it.each([
    ['oct', { kty: 'oct', k: encode('a secret of thirty-two characters') }],
    ['oct without its secret', { kty: 'oct' }],
    ['an EC key with a k', { ...keyPair('ES256').publicJwk, k: 'AAAA' }],
  ])('is refused: a symmetric key, %s', (_, jwk) => {
    expectNotAdmitted(
      { jwk },
      'this is a symmetric key; who can verify with it can also sign with it. Give a public key',
    )
  })
})

describe('a key for another purpose', () => {
  const { publicJwk } = keyPair('ES256')
  const otherUse = 'the JWK has a use other than "sig"'
  const otherOperations = 'the JWK has key_ops other than "verify", alone or with "sign"'
  const otherAlgorithm = 'alg does not fit the type or curve of the key'

  it.each([
    [{ use: 'enc' }, otherUse],
    [{ use: 'SIG' }, otherUse],
    [{ use: '' }, otherUse],
    [{ use: ['sig'] }, otherUse],
    [{ key_ops: ['sign'] }, otherOperations],
    [{ key_ops: ['verify', 'encrypt'] }, otherOperations],
    [{ key_ops: ['sign', 'verify', 'wrapKey'] }, otherOperations],
    [{ key_ops: ['verify', 'verify'] }, otherOperations],
    [{ key_ops: {} }, otherOperations],
    [{ key_ops: 'verify' }, otherOperations],
    [{ use: 'sig', key_ops: ['deriveKey'] }, otherOperations],
    [{ alg: 'ES384' }, otherAlgorithm],
    [{ alg: 'RS256' }, otherAlgorithm],
    [{ alg: 'EdDSA' }, otherAlgorithm],
    ...['HS256', 'none', 'es256', 'ES256K', 'RSA-OAEP', 256, ['ES256'], ''].map(
      (alg) =>
        [
          { alg },
          'alg must be one of ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA',
        ] as const,
    ),
  ])('is refused: a P-256 JWK with %j', (label, reason) => {
    expectNotAdmitted({ jwk: { ...publicJwk, ...label } }, reason)
  })

  it('is refused when the platform names another algorithm than the JWK', () => {
    const jwk = { ...keyPair('RS256').publicJwk, alg: 'RS256' }
    expectNotAdmitted({ jwk, alg: 'PS256' }, 'alg and the alg of the JWK differ')
  })

  it('is admitted with the labels of a key for signatures', () => {
    const labels = { use: 'sig', alg: 'ES256', ext: true }
    for (const key_ops of [['verify'], ['sign', 'verify'], ['verify', 'sign'], [], null, undefined]) {
      const jwk = { ...publicJwk, ...labels, key_ops }
      expect(admitProjectKey({ id: 'shop' }, { jwk }).alg).toBe('ES256')
    }
  })
})

describe('something else than one key', () => {
  const pem = pemOf('ES256')
  const spki = spkiOf('ES256')

  /** Signed by itself, valid in every respect: Node takes a public key out of it without a word. */
  function certificate(): string {
    const algorithm = der.sequence(der.oid('2a8648ce3d040302'))
    const name = der.sequence(der.set(der.sequence(der.oid('550403'), der.utf8('shop'))))
    const validity = der.sequence(der.utcTime('250101000000Z'), der.utcTime('490101000000Z'))
    const body = der.sequence(der.integer(1n), algorithm, name, validity, name, spki)
    const signature = sign('sha256', body, keyPair('ES256').privateKey)
    return der.pem('CERTIFICATE', der.sequence(body, algorithm, der.bitString(signature)))
  }

  it('is refused: a certificate', () => {
    const given = certificate()
    expect(createPublicKey(given).equals(keyPair('ES256').publicKey)).toBe(true)
    const body = given.split('\n').slice(1, -2).join('')
    for (const form of [
      given,
      body,
      Buffer.from(body, 'base64'),
      der.pem('PUBLIC KEY', Buffer.from(body, 'base64')),
    ]) {
      expectNotAdmitted(
        { pem: form },
        'this is a certificate; give its public key (openssl x509 -in cert.pem -pubkey -noout)',
      )
    }
  })

  it('is refused: a public key of PKCS#1', () => {
    const given = keyPair('RS256').publicKey.export({ format: 'pem', type: 'pkcs1' }) as string
    const body = keyPair('RS256').publicKey.export({ format: 'der', type: 'pkcs1' })
    for (const pem of [given, der.pem('PUBLIC KEY', body), body, body.toString('base64')]) {
      expectNotAdmitted({ pem }, pkcs1)
    }
  })

  it('is refused: a PEM block of something else', () => {
    const given = pem.replaceAll('PUBLIC KEY', 'CMS')
    expectNotAdmitted({ pem: given }, 'this is a PEM block of CMS; give a PUBLIC KEY (SPKI)')
  })

  it.each([
    ['of the same key', pem + pem],
    ['of two keys', pem + pemOf('RS256')],
    ['of a key and its certificate', pem + certificate()],
  ])('is refused: two PEM blocks %s', (_, given) => {
    expectNotAdmitted({ pem: given }, 'pem holds more than one block; give one key')
  })

  it.each([
    ['the end line', pem.slice(0, pem.indexOf('-----END'))],
    ['half of the end line', pem.slice(0, -12)],
    ['a foreign character', pem.replace('MFkw', 'MF*kw')],
    ['another end line', pem.replace('END PUBLIC KEY', 'END CERTIFICATE')],
  ])('is refused: a PEM block cut off or damaged at %s', (_, given) => {
    expectNotAdmitted({ pem: given }, 'the PEM block is cut off or has characters that are not base64')
  })

  it.each([1, 2, 30, 64, spki.length - 1])('is refused: a PEM block that lacks %d bytes', (lacking) => {
    expectNotAdmitted({ pem: der.pem('PUBLIC KEY', spki.subarray(0, -lacking)) }, noKey)
  })

  it.each([
    ['a zero byte', Buffer.alloc(1)],
    ['a second key', spki],
  ])('is refused: a PEM block with %s behind the key', (_, trailing) => {
    expectNotAdmitted({ pem: der.pem('PUBLIC KEY', Buffer.concat([spki, trailing])) }, notCanonical)
  })

  it('is refused: RSA with bytes behind its numbers', () => {
    const numbers = der.sequence(
      der.integer(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`)),
      der.integer(65537n),
    )
    const algorithm = der.sequence(der.oid('2a864886f70d010101'), der.nothing)
    const given = der.sequence(algorithm, der.bitString(Buffer.concat([numbers, Buffer.from('more')])))
    expectNotAdmitted({ pem: der.pem('PUBLIC KEY', given) }, notCanonical)
  })

  const nothing =
    'is neither PEM nor DER nor a JWK, nor one of them in base64; is it a file name? Read the file first'
  const threeTimes = (text: string) => [1, 2, 3].reduce((one) => Buffer.from(one).toString('base64'), text)
  const noForm = 'must be PEM text, DER, a JWK, a KeyObject or a CryptoKey'
  const aSet = 'this is a JWK Set; give one of its keys'

  it.each<[string, unknown, string]>([
    ['the name of a file', './shop.pub.pem', `pem ${nothing}`],
    ['white space', ' ', `pem ${nothing}`],
    ['bytes that are neither text nor DER', Buffer.from([0x2f, 0x59, 0xff]), `pem ${nothing}`],
    [
      'base64 that was cut off',
      'MFkwEwYHKoZIzj0CAQYI',
      'the DER does not hold a public key; is it complete?',
    ],
    ['a key within three wrappings', threeTimes(pem), `pem ${nothing}`],
    ['a number', 1, `pem ${noForm}`],
    ['a list of JWKs', [keyPair('ES256').publicJwk], `pem ${noForm}`],
    ['JSON of null', 'null', `pem ${nothing}`],
    ['a JWK Set', { keys: [keyPair('ES256').publicJwk] }, aSet],
    ['a JWK Set in JSON', JSON.stringify({ keys: [keyPair('ES256').publicJwk] }), aSet],
    [
      'broken JSON',
      '{"kty":"EC",',
      'pem is JSON that is cut off or damaged; compare it with the file that it was copied from',
    ],
    [
      'what looks like a KeyObject',
      Object.create(KeyObject.prototype),
      'pem is an object, but not a JWK: it has no kty ("EC", "RSA" or "OKP")',
    ],
    [
      'what says to be a KeyObject',
      Object.create(KeyObject.prototype, { type: { value: 'public' }, export: { value: () => 'words' } }),
      'the key does not hold a public key; is it complete?',
    ],
    [
      'what looks like a CryptoKey',
      { [Symbol.toStringTag]: 'CryptoKey', type: 'public', usages: ['verify'], algorithm: { name: 'ECDSA' } },
      'pem is no CryptoKey of this process',
    ],
  ])('is refused: %s, under either name', (_, given, reason) => {
    expectNotAdmitted({ pem: given as string }, reason)
    expectNotAdmitted({ jwk: given as string }, reason.replace(/^pem /, 'jwk '))
  })
})
