import { describe, expect, it } from '@jest/globals'
import {
  constants,
  createHash,
  createPublicKey,
  ECDH,
  generateKeyPairSync,
  verify as verifyWithNode,
} from 'node:crypto'
import { admitProjectKey, type ProjectKey } from '../../lib/index.js'
import { expectNotAdmitted } from '../helpers/admission.js'
import { runModule } from '../helpers/child-process.js'
import * as der from '../helpers/der.js'
import { encodePoint, fieldPrime, pointsOfSmallOrder } from '../helpers/ed25519-points.js'
import { keyPair } from '../helpers/keys.js'
import { encode, mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { primeOf2203Bits, rocaPrime, soundModulus } from '../helpers/rsa-numbers.js'

const oddPoint = 'the EC key must be an uncompressed point of a named curve: P-256, P-384 or P-521'
const offCurve = 'the EC point is not on its curve'
const noKey = 'the PEM block does not hold a public key; is it complete?'
const unusable = (kind: string) =>
  `a key of type "${kind}" cannot be used; use P-256, P-384, P-521, Ed25519 or RSA`

const spkiOf = (alg: string) => keyPair(alg).publicKey.export({ format: 'der', type: 'spki' })
const pemOf = (alg: string) => der.pem('PUBLIC KEY', spkiOf(alg))
const { x = '', y = '' } = keyPair('ES256').publicJwk
const { n = '', e = '' } = keyPair('RS256').publicJwk
const xBytes = Buffer.from(x, 'base64url')
const yBytes = Buffer.from(y, 'base64url')
const point = Buffer.concat([Buffer.from([4]), xBytes, yBytes])

it.each(['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA'])(
  'admits the honest key for %s in each of its forms, and its token passes',
  async (alg) => {
    const { publicJwk } = keyPair(alg)
    for (const form of [{ pem: pemOf(alg) }, { jwk: publicJwk }, { jwk: JSON.stringify(publicJwk) }]) {
      const keys = [{ ...form, kid: `key-${alg.toLowerCase()}`, alg: alg as 'ES256' }]
      const verifier = verifierOf({ algorithms: [alg as 'ES256'] }, [shop([], { keys })])
      await expect(verifier.verify(mint({ alg }))).resolves.toMatchObject({ project: { id: 'shop' } })
    }
  },
)

describe('an RSA key that gives itself away', () => {
  const sound = soundModulus(2048)
  const badExponent = 'the RSA exponent must be odd, at least 65537 and below 2^32; use 65537'
  const bits = (count: number) => `the RSA modulus has ${count} bits; use 2048 to 4096`

  it.each([
    ['a modulus of 512 bits', soundModulus(512), 65537n, bits(512)],
    ['a modulus of 1024 bits', soundModulus(1024), 65537n, bits(1024)],
    ['a modulus of 2047 bits', soundModulus(2047), 65537n, bits(2047)],
    ['a modulus of 4097 bits', 2n ** 4096n + 1n, 65537n, bits(4097)],
    ['exponent 1', sound, 1n, badExponent],
    ['exponent 3', sound, 3n, badExponent],
    ['exponent 17', sound, 17n, badExponent],
    ['an even exponent', sound, 65538n, badExponent],
    ['an exponent of 33 bits', sound, 2n ** 32n + 1n, badExponent],
    ['an exponent of 3040 bits', sound, 2n ** 3039n + 1n, badExponent],
    ['an even modulus', sound + 1n, 65537n, 'the RSA modulus is divisible by 2; make a new key'],
    [
      'a modulus with a small factor',
      soundModulus(2041) * 163n,
      65537n,
      'the RSA modulus is divisible by 163; make a new key',
    ],
    [
      'a prime modulus',
      primeOf2203Bits,
      65537n,
      'the RSA modulus is a prime, so anyone can sign with it; make a new key',
    ],
    [
      'the ROCA weakness',
      rocaPrime(1024, 1000n) * rocaPrime(1024, 4321n),
      65537n,
      'the RSA key has the ROCA weakness (CVE-2017-15361); make a new key with other software',
    ],
  ] as const)('is refused with %s', (_, modulus, exponent, reason) => {
    const jwk = { kty: 'RSA', n: encode(der.bytesOf(modulus)), e: encode(der.bytesOf(exponent)) }
    const pem = der.pem('PUBLIC KEY', der.rsaSpki(modulus, exponent))
    expectNotAdmitted({ jwk }, reason)
    expectNotAdmitted({ jwk: JSON.stringify(jwk) }, reason)
    expectNotAdmitted({ pem }, reason)
  })

  it('is admitted when nothing is wrong with its numbers', () => {
    const pem = der.pem('PUBLIC KEY', der.rsaSpki(sound, 65537n))
    expect(admitProjectKey({ id: 'shop' }, { pem }).alg).toBe('RS256')
  })

  it.each(['n', 'e'])('is refused before any arithmetic when %s is huge', (name) => {
    const huge = encode(Buffer.alloc(1_000_000, 0xff))
    expectNotAdmitted(
      { jwk: { kty: 'RSA', n, e, [name]: huge } },
      `jwk has a number in ${name} that is too large`,
    )
  })

  it.each(['n', 'e'])('is refused when %s has a leading zero', (name) => {
    const jwk = { kty: 'RSA', n, e }
    const spelled = encode(Buffer.concat([Buffer.alloc(1), Buffer.from(jwk[name as 'n'], 'base64url')]))
    expectNotAdmitted(
      { jwk: { ...jwk, [name]: spelled } },
      `jwk has a zero byte at the front of ${name}; write ${name} without it`,
    )
  })

  it('would let anyone sign with exponent 1, and does not get in past the admission either', async () => {
    const modulus = Buffer.from(n, 'base64url')
    const publicKey = createPublicKey({ key: { kty: 'RSA', n, e: encode(Buffer.from([1])) }, format: 'jwk' })
    const [header, claims] = mint({ alg: 'RS256' }).split('.') as [string, string]
    const signingInput = `${header}.${claims}`
    // A signature to the power of 1 is the padded digest itself. RFC 8017 section 9.2.
    const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')
    const digest = Buffer.concat([digestInfo, createHash('sha256').update(signingInput).digest()])
    const filler = Buffer.alloc(modulus.length - digest.length - 3, 0xff)
    const forged = Buffer.concat([Buffer.from([0, 1]), filler, Buffer.from([0]), digest])
    const key = { key: publicKey, padding: constants.RSA_PKCS1_PADDING }
    expect(verifyWithNode('sha256', Buffer.from(signingInput), key, forged)).toBe(true)

    const project = { id: 'shop' }
    const unadmitted: ProjectKey = Object.freeze({ kid: 'key-rs256', alg: 'RS256', publicKey, project })
    const verifier = verifierOf({ keyStore: { find: () => unadmitted } })
    await expectRefusal(verifier.verify(`${signingInput}.${encode(forged)}`), 'store_unavailable')
  })
})

describe('an EC key that is not a point of its curve', () => {
  const jwk = { kty: 'EC', crv: 'P-256', x, y }
  const moved = Buffer.from(yBytes)
  moved[31] = (moved[31] ?? 0) ^ 1
  const zero = encode(Buffer.alloc(32))

  it.each([
    ['off the curve', { y: encode(moved) }, offCurve],
    ['with its coordinates swapped', { x: y, y: x }, offCurve],
    ['at (0, 0), which some write for infinity', { x: zero, y: zero }, offCurve],
    ['with a coordinate above the field prime', { x: encode(Buffer.alloc(32, 0xff)) }, offCurve],
    [
      'with a short coordinate',
      { x: encode(xBytes.subarray(1)) },
      'jwk has 31 bytes in x; with the crv "P-256" it takes 32',
    ],
    [
      'with a padded coordinate',
      { y: encode(Buffer.concat([Buffer.alloc(1), yBytes])) },
      'jwk has 33 bytes in y; with the crv "P-256" it takes 32',
    ],
    ['without y', { y: undefined }, 'jwk needs y as base64url without padding'],
    ['with an empty x', { x: '' }, 'jwk needs x as base64url without padding'],
    [
      'with x in padded base64',
      { x: `${x}=` },
      'jwk needs x as base64url without padding: its digits are letters, 0 to 9, - and _ alone',
    ],
    ['with x as a number', { x: 1 }, 'jwk needs x as base64url without padding'],
    ['that says it is on P-384', { crv: 'P-384' }, 'jwk has 32 bytes in x; with the crv "P-384" it takes 48'],
    ['that says it is on secp256k1', { crv: 'secp256k1' }, unusable('secp256k1')],
    ['that says it is on p-256', { crv: 'p-256' }, 'jwk has the crv "p-256"; write "P-256"'],
    [
      'that says it is on no curve',
      { crv: undefined },
      'jwk has no crv; with kty "EC" it is one of P-256, P-384, P-521',
    ],
    ['of a type in small letters', { kty: 'ec' }, 'jwk has the kty "ec"; write "EC"'],
  ])('is refused: a JWK %s', (_, difference, reason) => {
    expectNotAdmitted({ jwk: { ...jwk, ...difference } }, reason)
  })

  it('is refused: a JWK of P-521 that says it is on P-384, cut to length', () => {
    const { publicJwk } = keyPair('ES512')
    const cut = (text = '') => encode(Buffer.from(text, 'base64url').subarray(-48))
    expectNotAdmitted(
      { jwk: { kty: 'EC', crv: 'P-384', x: cut(publicJwk.x), y: cut(publicJwk.y) } },
      offCurve,
    )
  })

  it.each([
    ['off the curve', Buffer.concat([Buffer.from([4]), xBytes, moved]), noKey],
    ['at (0, 0)', Buffer.concat([Buffer.from([4]), Buffer.alloc(64)]), noKey],
    ['with a short coordinate', point.subarray(0, -1), noKey],
    ['with a padded coordinate', Buffer.concat([point, Buffer.alloc(1)]), noKey],
    [
      'compressed',
      ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'compressed') as Buffer,
      oddPoint,
    ],
    [
      'in the hybrid form',
      ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'hybrid') as Buffer,
      oddPoint,
    ],
    ['empty', Buffer.alloc(0), noKey],
  ])('is refused: a PEM of a point %s', (_, bytes, reason) => {
    expectNotAdmitted({ pem: der.pem('PUBLIC KEY', der.ecSpki('P-256', bytes)) }, reason)
  })

  it('is refused: a PEM of a P-256 point under the name of P-384', () => {
    expectNotAdmitted({ pem: der.pem('PUBLIC KEY', der.ecSpki('P-384', point)) }, noKey)
  })

  it.each([
    ['secp256k1', { namedCurve: 'secp256k1' }],
    ['brainpoolP256r1', { namedCurve: 'brainpoolP256r1' }],
    ['P-256 by explicit parameters', { namedCurve: 'P-256', paramEncoding: 'explicit' as const }],
  ])('is refused: a PEM of %s', (_, options) => {
    const { publicKey } = generateKeyPairSync('ec', options)
    expectNotAdmitted({ pem: publicKey.export({ format: 'pem', type: 'spki' }) }, oddPoint)
  })

  // Node 20 imports this point and aborts the process as soon as it is asked for details of the key.
  it.each(['P-256', 'P-384', 'P-521'] as const)(
    'is refused without harm to the process: a PEM of the point at infinity of %s',
    async (curve) => {
      const pem = der.pem('PUBLIC KEY', der.ecSpki(curve, Buffer.alloc(1)))
      const { code, signal, stdout } = await runModule(
        `import { admitProjectKey } from ${JSON.stringify(new URL('../../lib/index.js', import.meta.url).href)}
         try {
           admitProjectKey({ id: 'shop' }, { pem: ${JSON.stringify(pem)} })
         } catch (error) {
           console.log(error.name + ': ' + error.message)
         }`,
      )
      expect({ code, signal, stdout }).toEqual({
        code: 0,
        signal: null,
        stdout: `TypeError: Project "shop", key: ${noKey}\n`,
      })
    },
  )
})

describe('an Ed25519 key whose point is of small order', () => {
  const small = 'the Ed25519 point has small order, so anyone can sign with it; make a new key'
  const odd = 'the Ed25519 point is not in its canonical form'
  const points = pointsOfSmallOrder().map(({ x, y }) => encodePoint(y, x & 1n))
  const zeroesWithSign = [1n, fieldPrime - 1n].map((y) => encodePoint(y, 1n))
  const tooGreat = [fieldPrime, fieldPrime + 1n].flatMap((y) => [0n, 1n].map((sign) => encodePoint(y, sign)))

  it.each([
    ...points.map((bytes) => [bytes.toString('hex'), bytes, small] as const),
    ...zeroesWithSign.map((bytes) => [bytes.toString('hex'), bytes, small] as const),
    ...tooGreat.map((bytes) => [bytes.toString('hex'), bytes, odd] as const),
  ])('is refused: %s', (_, bytes, reason) => {
    expectNotAdmitted({ jwk: { kty: 'OKP', crv: 'Ed25519', x: encode(bytes) } }, reason)
    expectNotAdmitted({ pem: der.pem('PUBLIC KEY', der.ed25519Spki(bytes)) }, reason)
  })
})
