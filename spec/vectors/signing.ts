import { encoded } from './definition.js'
import { audience, now } from './projects.js'
import { publishedKeys, type KeyName } from './published-keys.js'
import type { SignatureKind, SigningVector } from './shape.js'
import { signatureOf } from './signature.js'
import { thumbprintOf } from './thumbprints.js'

export function kindOf(alg: string): SignatureKind {
  if (alg.startsWith('ES')) return 'rfc6979'
  return alg.startsWith('PS') ? 'random' : 'unique'
}

/** A compact JWS of these two, as `JSON.stringify` writes them. */
export function signed(header: object, claims: object, alg: string, key: KeyName): string {
  const signingInput = [header, claims].map((part) => encoded(JSON.stringify(part))).join('.')
  return `${signingInput}.${encoded(signatureOf(alg, signingInput, publishedKeys[key]))}`
}

type Given = Partial<SigningVector['given']>

const vector = (about: string, alg: string, key: KeyName, given: Given = {}) => ({
  about,
  alg,
  key,
  given,
})

const definitions = [
  vector('ES256', 'ES256', 'p256', { kid: 'es256' }),
  vector('RS256', 'RS256', 'rsa', { kid: 'rs256' }),
  vector('PS256', 'PS256', 'otherRsa', { kid: 'ps256' }),
  vector('EdDSA', 'EdDSA', 'ed25519', { kid: 'eddsa' }),
  vector('ES384', 'ES384', 'p384', { kid: 'es384' }),
  vector('ES512', 'ES512', 'p521', { kid: 'es512' }),
  vector('no kid is given: it is the thumbprint of the public key', 'ES256', 'otherP256', {
    projectId: 'rival',
  }),
  vector('a project whose issuer is not its id', 'EdDSA', 'ed25519', {
    kid: 'eddsa',
    issuer: 'https://issuer.example',
  }),
  vector('the claims scope and origin', 'EdDSA', 'ed25519', {
    kid: 'eddsa',
    expiresIn: 60,
    extra: { scope: 'portal:read portal:write', origin: 'https://shop.example' },
  }),
  vector('claims of the customer, with letters beyond ASCII', 'RS256', 'rsa', {
    kid: 'rs256',
    expiresIn: 300,
    extra: { 'https://shop.example/plan': { name: 'größer', seats: [1, 2.5], trial: false } },
  }),
]

export const allSigning: readonly SigningVector[] = definitions.map(
  ({ about, alg, key, given: { extra, kid, issuer, ...rest } }, index) => {
    const id = `signing-${index + 1}`
    const { projectId, expiresIn, jti } = { projectId: 'shop', expiresIn: 120, jti: id, ...rest }
    const header = { alg, kid: kid ?? thumbprintOf(publishedKeys[key].jwk), typ: 'project-auth+jwt' }
    const claims = {
      ...extra,
      iss: issuer ?? projectId,
      sub: projectId,
      aud: audience,
      proj_id: projectId,
      jti,
      iat: now,
      exp: now + expiresIn,
    }
    return {
      id,
      about,
      alg,
      key,
      given: {
        projectId,
        audience,
        ...(issuer !== undefined && { issuer }),
        ...(kid !== undefined && { kid }),
        expiresIn,
        ...(extra !== undefined && { extra }),
        jti,
      },
      header,
      claims,
      signature: kindOf(alg),
      token: signed(header, claims, alg, key),
    }
  },
)
