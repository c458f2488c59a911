import { createHmac, createPublicKey } from 'node:crypto'
import { bytesOf, curveOrders, numberOf } from '../../helpers/ecdsa.js'
import { accepts, refuses, type Definition, type GroupDefinition } from '../definition.js'
import { asDer, joined } from '../ecdsa.js'
import { pssSignature } from '../pss.js'
import { otherP256, otherRsa, p256, rsa, thirdP256 } from '../published-keys.js'
import { privateKeyOf, signatureOf } from '../signature.js'

const malformed = (about: string, signature: (right: Buffer) => Buffer, key = 'es256') =>
  refuses('token_malformed', about, { key, signature })
const notVerified = (about: string, signature: (right: Buffer) => Buffer, key = 'es256') =>
  refuses('token_not_verified', about, { key, signature })

const less = (right: Buffer) => right.subarray(0, -1)
const more = (right: Buffer) => Buffer.concat([right, Buffer.alloc(1)])
const zeros = (right: Buffer) => Buffer.alloc(right.length)

/** The signature is searched for once, by the number in the jti. */
const beginsWithZero = (right: Buffer) => {
  if (right[0] !== 0) throw new Error('The signature does not begin with a zero byte: search for another')
  return right
}

const n = curveOrders.ES256
const es256 = (change: (r: bigint, s: bigint) => readonly [r: bigint, s: bigint]) => (right: Buffer) => {
  const [r, s] = change(numberOf(right.subarray(0, 32)), numberOf(right.subarray(32)))
  return joined('ES256', { r, s })
}
const der = (right: Buffer) => asDer({ r: numberOf(right.subarray(0, 32)), s: numberOf(right.subarray(32)) })

const publicPem = createPublicKey(privateKeyOf(rsa)).export({ type: 'spki', format: 'pem' })
const hmac = (secret: string | Buffer) => (_: Buffer, signingInput: string) =>
  createHmac('sha256', secret).update(signingInput).digest()

export const algorithms: GroupDefinition = {
  name: 'algorithms',
  about: 'What is accepted by default, and what a token may not choose for itself.',
  tests: [
    accepts('ES256'),
    accepts('RS256', { key: 'rs256' }),
    accepts('PS256', { key: 'ps256' }),
    accepts('EdDSA', { key: 'eddsa' }),
    accepts('EdDSA by the name that RFC 9864 gives it', { key: 'eddsa', header: { alg: 'Ed25519' } }),
    refuses('algorithm_not_allowed', 'ES384 is not accepted by default, though a key for it is registered', {
      key: 'es384',
    }),
    refuses('algorithm_not_allowed', 'ES512 neither', { key: 'es512' }),
    ...['none', 'nOnE'].map((alg) =>
      refuses('algorithm_not_allowed', `alg ${alg}, and no signature`, {
        header: { alg },
        signature: () => Buffer.alloc(0),
      }),
    ),
    refuses('algorithm_not_allowed', 'HS256 with the public key as PEM for the secret', {
      key: 'rs256',
      header: { alg: 'HS256' },
      signature: hmac(publicPem),
    }),
    refuses('algorithm_not_allowed', 'alg in another case', { header: { alg: 'es256' } }),
    refuses('token_malformed', 'no alg', { header: { alg: undefined } }),
  ],
}

export const moreAlgorithms: GroupDefinition = {
  name: 'more-algorithms',
  about: 'A platform that names further algorithms, and leaves one of the default ones out.',
  verifier: { algorithms: ['ES256', 'ES384', 'ES512'] },
  tests: [
    accepts('ES384', { key: 'es384' }),
    accepts('ES512', { key: 'es512' }),
    refuses('algorithm_not_allowed', 'EdDSA, which is not in the list', { key: 'eddsa' }),
    malformed('ES512 with a signature of 131 bytes', less, 'es512'),
    refuses('token_not_verified', 'the header names ES384, the key is for ES256', {
      header: { alg: 'ES384' },
      signature: (right) => Buffer.concat([right, Buffer.alloc(32)]),
    }),
  ],
}

export const keyConfusion: GroupDefinition = {
  name: 'key-confusion',
  about:
    'A key has one algorithm, and a project has its own keys. The header names both, and is not believed.',
  tests: [
    refuses('token_not_verified', 'RS256 with the key that is registered for PS256', {
      key: 'ps256',
      header: { alg: 'RS256' },
      signedBy: 'RS256',
    }),
    refuses('token_not_verified', 'PS256 with the key that is registered for RS256', {
      key: 'rs256',
      header: { alg: 'PS256' },
      signedBy: 'PS256',
    }),
    refuses('token_not_verified', 'the header says RS256, the signature is of PS256', {
      key: 'rs256',
      signedBy: 'PS256',
    }),
    refuses('token_not_verified', 'the header says RS256, the digest is that of RS512', {
      key: 'rs256',
      signedBy: 'RS512',
    }),
    refuses('token_not_verified', 'ES256 with the kid of the Ed25519 key', { header: { kid: 'eddsa' } }),
    refuses('token_not_verified', 'signed with a key that nobody registered for this kid', {
      signedWith: thirdP256,
    }),
    refuses('token_not_verified', "signed with the other project's key of the same kid", {
      signedWith: otherP256,
    }),
    accepts("the other project's token with the same kid and its own key", {
      project: 'rival',
      key: 'es256',
    }),
    refuses('token_not_verified', "the other project's key and kid for a token of this project", {
      signedWith: otherP256,
      header: { kid: 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s' },
    }),
    refuses('token_not_verified', 'a project that names another project, with a key of its own', {
      project: 'rival',
      claims: { iss: 'shop', proj_id: 'shop' },
    }),
  ],
}

export const ecdsaSignatures: GroupDefinition = {
  name: 'ecdsa-signatures',
  about:
    'ES256: R and S, 32 bytes each. Either S of a signature is accepted: the jti makes a token single, not its text.',
  tests: [
    accepts('S in the lower half', { signature: es256((r, s) => [r, s > n / 2n ? n - s : s]) }),
    accepts('S in the upper half', { signature: es256((r, s) => [r, s > n / 2n ? s : n - s]) }),
    accepts('R begins with a zero byte, which is there', {
      claims: { jti: 'zero-5' },
      signature: beginsWithZero,
    }),
    refuses('token_malformed', 'R begins with a zero byte, which is left out', {
      claims: { jti: 'zero-5' },
      signature: (right) => beginsWithZero(right).subarray(1),
    }),
    malformed('DER, as OpenSSL and most devices write it', der),
    malformed('a byte less', less),
    malformed('a byte more', more),
    notVerified(
      'R is zero',
      es256((_, s) => [0n, s]),
    ),
    notVerified(
      'S is zero',
      es256((r) => [r, 0n]),
    ),
    notVerified(
      'R is the order of the group',
      es256((_, s) => [n, s]),
    ),
    notVerified(
      'one bit of S is another',
      es256((r, s) => [r, s ^ 1n]),
    ),
    refuses('token_not_verified', 'the header was changed after it was signed', {
      spelled: (_, claims) => [Buffer.from('{"alg":"ES256","kid":"es256"}').toString('base64url'), claims],
      signature: (_, signingInput) => signedBefore(signingInput),
    }),
  ],
}

/** A signature of the same claims under another header. */
function signedBefore(signingInput: string): Buffer {
  const [, claims = ''] = signingInput.split('.')
  const header = Buffer.from('{"alg":"ES256","kid":"es256","typ":"project-auth+jwt"}').toString('base64url')
  return signatureOf('ES256', `${header}.${claims}`, p256)
}

const salted = (about: string, saltLength: number): Definition =>
  refuses('token_not_verified', about, {
    key: 'ps256',
    signature: (_, signingInput) =>
      pssSignature('sha256', Buffer.from(signingInput), privateKeyOf(otherRsa), saltLength),
  })

export const rsaSignatures: GroupDefinition = {
  name: 'rsa-signatures',
  about:
    'Exactly as long as the modulus, here 256 bytes. The salt of PS256 has 32 bytes. What no key admitted here could make (2048 to 4096 bits) is malformed.',
  tests: [
    accepts('RS256: the signature begins with a zero byte, which is there', {
      key: 'rs256',
      claims: { jti: 'zero-293' },
      signature: beginsWithZero,
    }),
    refuses('token_malformed', 'RS256: the signature begins with a zero byte, which is left out', {
      key: 'rs256',
      claims: { jti: 'zero-293' },
      signature: (right) => beginsWithZero(right).subarray(1),
    }),
    notVerified('RS256: a byte more', more, 'rs256'),
    malformed('PS256: a byte less', less, 'ps256'),
    salted('PS256: a salt of 20 bytes', 20),
    salted('PS256: the longest salt that fits, which is the default of some libraries', 222),
  ],
}

const order = 2n ** 252n + 27742317777372353535851937790883648493n
const little = (bytes: Buffer) => Buffer.from(bytes).reverse()

export const eddsaSignatures: GroupDefinition = {
  name: 'eddsa-signatures',
  about: 'Ed25519: 64 bytes. RFC 8032 section 5.1.7: S is less than the order of the group.',
  tests: [
    malformed('a byte less', less, 'eddsa'),
    notVerified('zeros', zeros, 'eddsa'),
    notVerified(
      'S and the order of the group, which is S again',
      (right) => {
        const s = numberOf(little(right.subarray(32))) + order
        return Buffer.concat([right.subarray(0, 32), little(bytesOf(s, 32))])
      },
      'eddsa',
    ),
  ],
}
