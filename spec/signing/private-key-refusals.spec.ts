import { describe, expect, it } from '@jest/globals'
import { createSecretKey, webcrypto } from 'node:crypto'
import { expectNothingOf } from '../helpers/admission.js'
import * as der from '../helpers/der.js'
import { keyPair } from '../helpers/keys.js'
import { ecParameters, pkcs8Of, secretTextsOf } from '../helpers/private-key-forms.js'
import { expectRefused } from './private-key-refused.js'

describe('what is no private key is refused:', () => {
  const isPublic =
    'privateKey holds a public key; signing needs the private half, which was made together with it'
  const isSymmetric =
    'privateKey is a shared secret; project tokens are signed with an asymmetric key. See generateProjectKey'
  const isDamaged = 'privateKey is cut off or damaged; compare it with the file that it was copied from'
  const isLocked =
    'privateKey is locked with a passphrase; unlock it first (openssl pkey -in key.pem -out unlocked.pem)'
  const isNothing =
    'privateKey is neither PEM nor DER nor a JWK, nor one of them in base64; is it a file name? Read the file first'
  const isOther =
    'privateKey must be PEM text, DER, a JWK, a KeyObject, a CryptoKey, a key file or a remote signer'

  const { privateKey, publicKey, publicJwk } = keyPair('ES256')
  const rsa = keyPair('RS256')
  const pem = pkcs8Of(privateKey)
  const spki = publicKey.export({ format: 'pem', type: 'spki' }) as string
  const bare = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
  const jwk = privateKey.export({ format: 'jwk' })

  it.each([
    ['in PEM', spki],
    ['in PEM with \\n spelled out', spki.replaceAll('\n', '\\n')],
    ['in PEM, in base64', Buffer.from(spki).toString('base64')],
    ['in PKCS#1', rsa.publicKey.export({ format: 'pem', type: 'pkcs1' })],
    ['in the Buffer of a file', Buffer.from(spki)],
    ['in DER', publicKey.export({ format: 'der', type: 'spki' })],
    ['in DER of PKCS#1', rsa.publicKey.export({ format: 'der', type: 'pkcs1' })],
    ['in a JWK', publicJwk],
    ['in a JWK of RSA', rsa.publicJwk],
    ['in a JWK in JSON', JSON.stringify(publicJwk)],
    ['in a KeyObject', publicKey],
  ])('a public key %s', (_, form) => {
    expectRefused(form, isPublic)
  })

  it('a public key in a CryptoKey', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    expectRefused(await webcrypto.subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']), isPublic)
  })

  it('a certificate', () => {
    expectRefused(
      der.pem('CERTIFICATE', der.sequence()),
      'privateKey holds a certificate; signing needs the private key that belongs to it',
    )
  })

  it('a key in the format of OpenSSH', () => {
    expectRefused(
      der.pem('OPENSSH PRIVATE KEY', Buffer.from('openssh-key-v1\0')),
      'privateKey is in the format of OpenSSH; convert it (ssh-keygen -p -m PKCS8 -f key), or make a new pair: OpenSSH cannot convert Ed25519 keys',
    )
  })

  it.each([
    ['parameters', ecParameters],
    ['a message', der.pem('CMS', Buffer.from('words'))],
  ])('a PEM block of %s', (_, block) => {
    expectRefused(block, 'privateKey is PEM, but not of a private key')
  })

  it.each([
    ['PKCS#8', privateKey, 'pkcs8', 'ENCRYPTED PRIVATE KEY'],
    ['PKCS#1 of old', rsa.privateKey, 'pkcs1', 'Proc-Type: 4,ENCRYPTED'],
    ['SEC1 of old', privateKey, 'sec1', 'Proc-Type: 4,ENCRYPTED'],
  ] as const)('a key that is locked with a passphrase, %s', (_, key, type, mark) => {
    const options = { format: 'pem', cipher: 'aes-128-cbc', passphrase: 'open sesame, please' } as const
    const locked = key.export({ ...options, type: type }) as string
    expect(locked).toContain(mark)
    for (const form of [
      locked,
      locked.replaceAll('\n', '\\n'),
      Buffer.from(locked),
      Buffer.from(locked).toString('base64'),
    ]) {
      expectRefused(form, isLocked)
    }
  })

  const rsaPem = pkcs8Of(rsa.privateKey)
  it.each([
    ['without its end line', pem.slice(0, pem.indexOf('-----END'))],
    ['with half of its end line', pem.slice(0, -10)],
    ['with the end line of another block', pem.replace('END PRIVATE', 'END PUBLIC')],
    ['without its last line', pem.replace(/\n[^\n]+\n-----END/, '\n-----END')],
    ['without a line in the middle', rsaPem.split('\n').toSpliced(7, 1).join('\n')],
    ['with a foreign character', rsaPem.replace('M', '*')],
    ['with half of its body', rsaPem.split('\n').toSpliced(9, 12).join('\n')],
    ['without a body', '-----BEGIN PRIVATE KEY----- -----END PRIVATE KEY-----'],
    ['with one that is no key', der.pem('PRIVATE KEY', Buffer.from('not a key, but some sentence'))],
    ['in base64 that was cut off', Buffer.from(pem).toString('base64').slice(0, 120)],
    ['in DER that was cut off', privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(0, -20)],
    ['in the base64 of DER that was cut off', bare.slice(0, -20)],
  ])('a key %s', (_, form) => {
    expectRefused(form, isDamaged)
  })

  it.each([
    ['cut off', JSON.stringify(jwk).slice(0, -20)],
    ['with a comma too many', `${JSON.stringify(jwk).slice(0, -1)},}`],
  ])('a key in JSON %s', (_, form) => {
    expectRefused(
      form,
      'privateKey is JSON that is cut off or damaged; compare it with the file that it was copied from',
    )
  })

  it.each([
    ['in a KeyObject', createSecretKey(Buffer.from('a secret of thirty-two characters'))],
    ['in a JWK', { kty: 'oct', k: Buffer.from('a secret of thirty-two characters').toString('base64url') }],
    ['in a JWK in JSON', '{"kty":"oct","k":"YSBzZWNyZXQgb2YgdGhpcnR5LXR3byBjaGFyYWN0ZXJz"}'],
  ])('a shared secret %s', (_, form) => {
    expectRefused(form, isSymmetric)
  })

  it('a shared secret in a CryptoKey', async () => {
    const secret = await webcrypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign'])
    expectRefused(secret, isSymmetric)
  })

  it.each([
    ['the name of a file', './keys/private.pem'],
    ['a password', 'correct horse battery staple'],
    ['white space', ' \n'],
    ['quotes around nothing', '""'],
    ['base64 of something else', Buffer.from('correct horse battery staple').toString('base64')],
    ['an empty Buffer', Buffer.alloc(0)],
  ])('%s', (_, form) => {
    expectRefused(form, isNothing)
  })

  it.each([null, 1, true, 1n, Symbol('key'), () => pem, [pem]])('what is no key at all: %p', (form) => {
    expectRefused(form, isOther)
  })

  it.each([
    ['an empty object', {}],
    ['a PEM in an object', { key: pem }],
    ['a map', new Map([['kty', 'EC']])],
  ])('what is no JWK: %s', (_, form) => {
    expectRefused(form, 'privateKey is an object, but not a JWK: it has no kty ("EC", "RSA" or "OKP")')
  })

  it.each([
    ['of RSA that lacks a prime', { ...rsa.privateKey.export({ format: 'jwk' }), p: undefined }],
    ['of a curve that does not exist', { ...jwk, crv: 'P-255' }],
    ['whose point is off the curve', { ...jwk, y: jwk.x }],
  ])('a JWK %s', (_, form) => {
    expectRefused(form, 'privateKey is a JWK whose members do not make a private key')
    expectRefused(JSON.stringify(form), 'privateKey is a JWK whose members do not make a private key')
  })

  it('a CryptoKey that is not for signing', async () => {
    const algorithm = { name: 'ECDH', namedCurve: 'P-256' }
    const pair = await webcrypto.subtle.generateKey(algorithm, false, ['deriveBits'])
    expectRefused(pair.privateKey, "privateKey is a CryptoKey without the usage 'sign'")
    const { privateKey: other } = await webcrypto.subtle.generateKey(
      { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
      false,
      ['decrypt', 'encrypt'],
    )
    expectRefused(other, "privateKey is a CryptoKey without the usage 'sign'")
  })
})

describe('the leak check of these tests', () => {
  it('would see a key in a message, in a cause and in a member', () => {
    const { privateKey } = keyPair('ES256')
    const { d = '' } = privateKey.export({ format: 'jwk' })
    for (const leak of [
      new TypeError(`wrong: ${d.slice(0, 16)}`),
      new TypeError('wrong', { cause: new Error(pkcs8Of(privateKey)) }),
      Object.assign(new TypeError('wrong'), { input: { d } }),
    ]) {
      expect(() => {
        expectNothingOf(secretTextsOf(privateKey), leak)
      }).toThrow()
    }
  })
})
