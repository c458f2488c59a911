import { describe, it } from '@jest/globals'
import { expectRefused } from '../signing/private-key-refused.js'
import { expectNotAdmitted } from '../helpers/admission.js'
import { keyPair } from '../helpers/keys.js'

const noType = 'is an object, but not a JWK: it has no kty ("EC", "RSA" or "OKP")'
const hsm = (kty: string) =>
  `has the kty "${kty}-HSM", as Azure marks a key that stays in its HSM; write "${kty}" for its public half, and sign with a remote signer`
const secret = (kty: string) => `has the kty "${kty}": a shared secret; use a key pair`
const other = (kty: string) => `has the kty${kty}, which cannot be used; use "EC", "RSA" or "OKP"`
const apart = (kty: string, crv: string, proper: string) =>
  `has the kty "${kty}" and the crv "${crv}", which do not go together; with "${crv}" the kty is "${proper}"`

describe.each<[string, string, object, string]>([
  ['no kty', 'ES256', { kty: undefined }, noType],
  ['the kty null', 'RS256', { kty: null }, noType],
  [
    'a kty that is no text',
    'ES256',
    { kty: ['EC'] },
    'has a kty that is no text; it is "EC", "RSA" or "OKP"',
  ],
  ['the kty ec', 'ES256', { kty: 'ec' }, 'has the kty "ec"; write "EC"'],
  ['the kty Rsa', 'RS256', { kty: 'Rsa' }, 'has the kty "Rsa"; write "RSA"'],
  ['the kty okp', 'EdDSA', { kty: 'okp' }, 'has the kty "okp"; write "OKP"'],
  ['the kty EC-HSM', 'ES256', { kty: 'EC-HSM' }, hsm('EC')],
  ['the kty RSA-HSM', 'RS256', { kty: 'RSA-HSM' }, hsm('RSA')],
  ['the kty oct-HSM', 'ES256', { kty: 'oct-HSM' }, secret('oct-HSM')],
  ['the kty OCT', 'ES256', { kty: 'OCT' }, secret('OCT')],
  ['the kty of a curve', 'ES256', { kty: 'P-256' }, other(' "P-256"')],
  ['the kty AKP', 'EdDSA', { kty: 'AKP' }, other(' "AKP"')],
  ['a kty as long as a key', 'EdDSA', { kty: 'x'.repeat(43) }, other('')],
  ['the kty of the other curves', 'EdDSA', { kty: 'EC' }, apart('EC', 'Ed25519', 'OKP')],
  ['the kty OKP and P-256', 'ES256', { kty: 'OKP' }, apart('OKP', 'P-256', 'EC')],
  ['no crv', 'ES384', { crv: undefined }, 'has no crv; with kty "EC" it is one of P-256, P-384, P-521'],
  ['the crv null', 'EdDSA', { crv: null }, 'has no crv; with kty "OKP" it is one of Ed25519'],
  ['the crv p-256', 'ES256', { crv: 'p-256' }, 'has the crv "p-256"; write "P-256"'],
  ['the crv P384', 'ES384', { crv: 'P384' }, 'has the crv "P384"; write "P-384"'],
  ['the crv prime256v1', 'ES256', { crv: 'prime256v1' }, 'has the crv "prime256v1"; write "P-256"'],
  ['the crv secp521r1', 'ES512', { crv: 'secp521r1' }, 'has the crv "secp521r1"; write "P-521"'],
  ['the crv ed25519', 'EdDSA', { crv: 'ed25519' }, 'has the crv "ed25519"; write "Ed25519"'],
])('a JWK with %s', (_, alg, difference, sentence) => {
  const { privateKey, publicJwk } = keyPair(alg)
  const jwk = { ...privateKey.export({ format: 'jwk' }), ...difference }

  it('is refused as a public key, with a sentence about that', () => {
    expectNotAdmitted({ jwk: { ...publicJwk, ...difference } }, `jwk ${sentence}`)
  })

  it('is refused as a private key, with the same sentence', () => {
    expectRefused(jwk, `privateKey ${sentence}`)
    expectRefused(JSON.stringify(jwk), `privateKey ${sentence}`)
  })
})
