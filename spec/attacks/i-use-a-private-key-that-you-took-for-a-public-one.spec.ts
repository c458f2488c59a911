import { beforeAll, describe, expect, it } from '@jest/globals'
import { createPublicKey, createSecretKey, webcrypto, type JsonWebKey, type KeyObject } from 'node:crypto'
import { admitProjectKey } from '../../lib/index.js'
import { expectNotAdmitted, thrownBy } from '../helpers/admission.js'
import * as der from '../helpers/der.js'
import { keyPair } from '../helpers/keys.js'
import { cryptoKeyOf, ecParameters, formsOf, pkcs8Of } from '../helpers/private-key-forms.js'

const exposed =
  'this is a private key. It must stay with the customer: treat it as exposed, make a new pair and give only the public half'
const byOpenssl = `${exposed} (openssl pkey -in key.pem -pubout)`
const byNode = `${exposed} (createPublicKey of node:crypto makes it)`
const byKeygen = `${exposed} (of a key file, npx reverse-jwt keygen --key project-key.json prints it)`
const ofJwk = (name: string) => `${exposed} (the JWK without ${name} and the other private members)`
const symmetric = 'this is a symmetric key; who can verify with it can also sign with it. Give a public key'

/** Under both names, and the owner of the key is told to replace it. */
function expectExposed(given: unknown, reason: string): void {
  expectNotAdmitted({ jwk: given as object }, reason)
  expectNotAdmitted({ pem: given as object }, reason)
}

const der8 = (key: KeyObject) => key.export({ format: 'der', type: 'pkcs8' })
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')

describe.each(['ES256', 'RS256', 'EdDSA'])('a private key for %s', (alg) => {
  const { privateKey, publicJwk, publicKey } = keyPair(alg)
  const jwk = privateKey.export({ format: 'jwk' })

  it('is what Node takes for a public one, without a word', () => {
    expect(createPublicKey(pkcs8Of(privateKey)).equals(publicKey)).toBe(true)
    // The control: its public half is admitted.
    expect(admitProjectKey({ id: 'shop' }, { jwk: publicJwk }).alg).toBe(alg)
  })

  it.each([...formsOf(privateKey)])('is named as exposed: %s', (name, form) => {
    const reason = name.includes('JWK') ? ofJwk('d') : name.includes('KeyObject') ? byNode : byOpenssl
    expectExposed(form, reason)
  })

  it('is named as exposed: a CryptoKey, whether or not it can be exported', async () => {
    expectExposed(await cryptoKeyOf(privateKey, alg, true), byNode)
    expectExposed(await cryptoKeyOf(privateKey, alg, false), byNode)
  })

  it.each([
    ['under the label of a public one', der.pem('PUBLIC KEY', der8(privateKey))],
    ['under the label of a certificate', der.pem('CERTIFICATE', der8(privateKey))],
    ['cut off', pkcs8Of(privateKey).slice(0, 60)],
    ['in DER that is cut off', der8(privateKey).subarray(0, 40)],
    [
      'behind its public half',
      `${publicKey.export({ format: 'pem', type: 'spki' }) as string}${pkcs8Of(privateKey)}`,
    ],
    ['behind its parameters', `${ecParameters}${pkcs8Of(privateKey)}`],
    ['in UTF-16', utf16(pkcs8Of(privateKey))],
    ['in UTF-16, read as UTF-8', utf16(pkcs8Of(privateKey)).toString('utf8')],
    ['with line ends escaped twice', pkcs8Of(privateKey).replaceAll('\n', '\\\\n')],
    ['with a passphrase', lockedOf(privateKey, 'pem')],
    ['with a passphrase, in DER', lockedOf(privateKey, 'der')],
  ])('is named as exposed: %s', (_, form) => {
    expectExposed(form, byOpenssl)
  })

  it('is named as exposed: as a JWK of any spelling', () => {
    const standard = Buffer.from(jwk.d ?? '', 'base64url').toString('base64')
    for (const d of [
      standard,
      `${jwk.d ?? ''}==`,
      standard.replace('=', ''),
      [1, 2],
      { b64: jwk.d },
      7,
      true,
    ]) {
      expectExposed({ ...jwk, d }, ofJwk('d'))
    }
    expectExposed(utf16(JSON.stringify(jwk)), ofJwk('d'))
    const capital = Object.entries(jwk).map(([name, value]) => [name.toUpperCase(), value as string])
    expectExposed(Object.fromEntries(capital), ofJwk('d'))
  })

  it('is named as exposed: within what holds more than a key', () => {
    expectExposed({ keys: [publicJwk, jwk] }, ofJwk('d'))
    expectExposed({ privateKey: pkcs8Of(privateKey), publicJwk }, byKeygen)
  })
})

describe('a private half beside the block of its public one', () => {
  const { privateKey, publicKey, publicJwk } = keyPair('ES256')
  const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string
  const pkcs8 = der8(privateKey).toString('base64')
  const [d = ''] = [privateKey.export({ format: 'jwk' }).d]

  it.each([
    [
      'in words, as openssl ec -text prints it',
      `Private-Key: (256 bit)\npriv:\n    00:aa:bb\npub:\n    04:cc\n${pem}`,
    ],
    ['in words, as openssl rsa -text prints it', `modulus:\n    00:aa\nprivateExponent:\n    00:bb\n${pem}`],
    ['as a JWK', `${pem}${JSON.stringify({ ...publicJwk, d })}`],
    ['in base64', `${pem}${pkcs8}`],
    ['in base64 of several lines', `${pkcs8.slice(0, 64)}\n${pkcs8.slice(64)}\n${pem}`],
    [
      'under a line in small letters',
      `${pem}-----begin private key-----\n${pkcs8}\n-----end private key-----`,
    ],
    ['under a line with an underscore', `${pem}-----BEGIN PRIVATE_KEY-----\n${pkcs8}`],
  ])('is named as exposed: %s', (_, text) => {
    expectExposed(text, byOpenssl)
  })

  it.each([
    ['a comment', `# the private key stays in the KMS: ask the team\n${pem}`],
    ['attributes', `Bag Attributes\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n${pem}`],
    [
      'the numbers of the public half',
      `Public-Key: (256 bit)\npub:\n    04:cc\nASN1 OID: prime256v1\n${pem}`,
    ],
  ])('is not seen in %s: the control', (_, text) => {
    expect(admitProjectKey({ id: 'shop' }, { pem: text }).alg).toBe('ES256')
  })

  it('is not hidden by a member that stands there twice', () => {
    const { kty, crv, x, y } = publicJwk
    const members = `"kty":"${kty}","crv":"${crv ?? ''}","x":"${x ?? ''}","y":"${y ?? ''}"`
    const twice = 'jwk is JSON in which a member stands twice; state each member once'
    expectNotAdmitted({ jwk: `{${members},"d":"${d}","d":null}` }, twice)
    expectNotAdmitted({ jwk: `{${members},"x":"${x ?? ''}"}` }, twice)
    expect(admitProjectKey({ id: 'shop' }, { jwk: `{${members}}` }).alg).toBe('ES256')
  })

  it.each([
    ['private-key', pkcs8],
    ['privateKeyPem', pkcs8Of(privateKey)],
    ['pkcs8', pkcs8],
    ['note', pkcs8Of(privateKey)],
  ])('is named as exposed: in the member %s', (name, value) => {
    const { message } = thrownBy(() =>
      admitProjectKey({ id: 'shop' }, { jwk: { ...publicJwk, [name]: value } }),
    ) as Error
    expect(message).toContain(exposed)
  })

  it('is named as exposed: within the member jwk', () => {
    expectExposed({ jwk: { ...publicJwk, d } }, ofJwk('d'))
  })

  it('is not seen in members that only sound like it', () => {
    const jwk = { ...publicJwk, privacy_policy: 'https://shop.example/privacy', private_label: 'shop' }
    expect(admitProjectKey({ id: 'shop' }, { jwk }).alg).toBe('ES256')
  })
})

function lockedOf(key: KeyObject, format: 'pem' | 'der'): string | Buffer {
  // The overloads of export take one format at a time.
  return key.export({ format: format as 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'sesame' })
}

describe('a private member of a JWK', () => {
  const { publicJwk } = keyPair('RS256')
  const members = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv']

  it.each(members)('%s is one, whatever it holds', (name) => {
    for (const value of ['AAAA', ['AAAA'], [{ r: 'AAAA' }]]) {
      expectExposed({ ...publicJwk, [name]: value }, ofJwk(name))
    }
  })

  it.each([...members, 'k', 'keys'])('%s is none when it is null or undefined', (name) => {
    for (const value of [null, undefined]) {
      expect(admitProjectKey({ id: 'shop' }, { jwk: { ...publicJwk, [name]: value } }).alg).toBe('RS256')
    }
  })

  it('oth is none when it is an empty list', () => {
    expect(admitProjectKey({ id: 'shop' }, { jwk: { ...publicJwk, oth: [] } }).alg).toBe('RS256')
  })

  it.each([...members, 'k'])('%s that is empty is a mistake, and no reason to replace a key', (name) => {
    for (const value of name === 'oth' ? [''] : ['', []]) {
      expectExposed({ ...publicJwk, [name]: value }, `the JWK has an empty ${name}; leave it out`)
    }
  })
})

describe('a shared secret', () => {
  const secret = Buffer.from('a secret of thirty-two characters')
  let cryptoKey: object
  beforeAll(async () => {
    cryptoKey = await webcrypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ])
  })

  it('is refused in each of its forms', () => {
    const jwk: JsonWebKey = createSecretKey(secret).export({ format: 'jwk' })
    for (const form of [jwk, JSON.stringify(jwk), createSecretKey(secret), cryptoKey]) {
      expectExposed(form, symmetric)
    }
  })
})
