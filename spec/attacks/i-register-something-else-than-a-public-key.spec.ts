import { describe, expect, it } from '@jest/globals'
import { createPublicKey, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto'
import { admitProjectKey } from '../../lib/index.js'
import { expectNotAdmitted } from '../helpers/admission.js'
import * as der from '../helpers/der.js'
import { keyPair } from '../helpers/keys.js'
import { encode } from '../helpers/mint.js'

const privateKeyLeaked =
  'this is a private key. It must stay with the customer: treat it as exposed, make a new pair and give only the public half'
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
    expectNotAdmitted({ jwk: { ...okp, x: wrong } }, 'x of the JWK has the wrong length')
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

  it.each(['ES256', 'RS256', 'EdDSA'])('is refused: the private JWK for %s', (alg) => {
    const jwk = keyPair(alg).privateKey.export({ format: 'jwk' })
    const reason = `${privateKeyLeaked} (the JWK without d and the other private members)`
    expectNotAdmitted({ jwk }, reason)
    expectNotAdmitted({ jwk: JSON.stringify(jwk) }, reason)
  })

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'])(
    'is refused: a JWK with the private member %s, even an undefined one',
    (name) => {
      const reason = `${privateKeyLeaked} (the JWK without ${name} and the other private members)`
      expectNotAdmitted({ jwk: { ...keyPair('RS256').publicJwk, [name]: 'AAAA' } }, reason)
      expectNotAdmitted({ jwk: { ...keyPair('RS256').publicJwk, [name]: undefined } }, reason)
    },
  )

  it.each([
    ['PRIVATE KEY', 'ES256', 'pkcs8'],
    ['PRIVATE KEY', 'EdDSA', 'pkcs8'],
    ['RSA PRIVATE KEY', 'RS256', 'pkcs1'],
    ['EC PRIVATE KEY', 'ES256', 'sec1'],
  ] as const)('is refused: a PEM block of %s (%s)', (label, alg, type) => {
    const pem = keyPair(alg).privateKey.export({ format: 'pem', type: type }) as string
    expect(pem).toContain(`-----BEGIN ${label}-----`)
    expectNotAdmitted({ pem }, `${privateKeyLeaked} (openssl pkey -in key.pem -pubout)`)
  })

  it('is refused: a private key under the label of a public one', () => {
    const pkcs8 = keyPair('ES256').privateKey.export({ format: 'der', type: 'pkcs8' })
    expectNotAdmitted({ pem: der.pem('PUBLIC KEY', pkcs8) }, noKey)
  })

  it('is refused: an encrypted private key', () => {
    const pem = keyPair('ES256').privateKey.export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: 'sesame',
    }) as string
    expectNotAdmitted({ pem }, `${privateKeyLeaked} (openssl pkey -in key.pem -pubout)`)
  })
})

describe('a key for another purpose', () => {
  const { publicJwk } = keyPair('ES256')
  const otherUse = 'the JWK has a use other than "sig"'
  const otherOperations = 'the JWK has key_ops other than ["verify"]'
  const otherAlgorithm = 'alg does not fit the type or curve of the key'

  it.each([
    [{ use: 'enc' }, otherUse],
    [{ use: 'SIG' }, otherUse],
    [{ use: null }, otherUse],
    [{ use: ['sig'] }, otherUse],
    [{ key_ops: ['sign'] }, otherOperations],
    [{ key_ops: ['verify', 'sign'] }, otherOperations],
    [{ key_ops: ['verify', 'verify'] }, otherOperations],
    [{ key_ops: [] }, otherOperations],
    [{ key_ops: 'verify' }, otherOperations],
    [{ use: 'sig', key_ops: ['deriveKey'] }, otherOperations],
    [{ alg: 'ES384' }, otherAlgorithm],
    [{ alg: 'RS256' }, otherAlgorithm],
    [{ alg: 'EdDSA' }, otherAlgorithm],
    ...['HS256', 'none', 'es256', 'ES256K', 'RSA-OAEP', 256, ['ES256'], null].map(
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
    const jwk = { ...publicJwk, use: 'sig', key_ops: ['verify'], alg: 'ES256', ext: true }
    expect(admitProjectKey({ id: 'shop' }, { jwk }).alg).toBe('ES256')
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
    expectNotAdmitted(
      { pem: given },
      'this is a certificate; give its public key (openssl x509 -in cert.pem -pubkey -noout)',
    )
  })

  it('is refused: a public key of PKCS#1', () => {
    const given = keyPair('RS256').publicKey.export({ format: 'pem', type: 'pkcs1' }) as string
    expectNotAdmitted(
      { pem: given },
      'this is a PKCS#1 public key; convert it to SPKI (openssl rsa -RSAPublicKey_in -in key.pem -pubout)',
    )
    const body = keyPair('RS256').publicKey.export({ format: 'der', type: 'pkcs1' })
    expectNotAdmitted({ pem: der.pem('PUBLIC KEY', body) }, noKey)
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

  it.each([
    ['no PEM', 'MFkwEwYHKoZIzj0CAQYI', 'pem has no line -----BEGIN PUBLIC KEY-----'],
    ['a PEM of white space', ' ', 'pem has no line -----BEGIN PUBLIC KEY-----'],
    ['bytes that are no text', Buffer.from([0x30, 0x59, 0xff]), 'pem has no line -----BEGIN PUBLIC KEY-----'],
    ['a number as PEM', 1, 'pem must be text, or the bytes of a file'],
    ['null as PEM', null, 'pem must be text, or the bytes of a file'],
  ])('is refused: %s', (_, given, reason) => {
    expectNotAdmitted({ pem: given as string }, reason)
  })

  it.each([
    ['a JWK Set', { keys: [keyPair('ES256').publicJwk] }, 'this is a JWK Set; give one of its keys'],
    [
      'a JWK Set in JSON',
      JSON.stringify({ keys: [keyPair('ES256').publicJwk] }),
      'this is a JWK Set; give one of its keys',
    ],
    ['a list of JWKs', [keyPair('ES256').publicJwk], 'jwk must be an object or its JSON'],
    ['JSON of null', 'null', 'jwk must be an object or its JSON'],
    ['null', null, 'jwk must be an object or its JSON'],
    ['a number', 1, 'jwk must be an object or its JSON'],
    ['broken JSON', '{"kty":"EC",', 'jwk is not JSON'],
    ['a PEM under the name of jwk', pem, 'jwk holds PEM text; name it pem'],
  ])('is refused: %s as JWK', (_, given, reason) => {
    expectNotAdmitted({ jwk: given as JsonWebKey }, reason)
  })
})
