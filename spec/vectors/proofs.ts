import { audience, now } from './projects.js'
import type { KeyName } from './published-keys.js'
import type { ProofVector, UnansweredChallenge } from './shape.js'
import { kindOf, signed } from './signing.js'

const projectId = 'shop'
const nonce = 'pHx0-uTXb2PcmLJYfjjFtNTPPvC5WKt3lIGE0Vp8Zk4'
const exp = now + 86_400
/** The nonce differs from vector to vector in its first letters. */
const nonceOf = (index: number) => `${index}`.padStart(4, '0') + nonce.slice(4)

const keys: readonly (readonly [alg: string, kid: string, key: KeyName])[] = [
  ['ES256', 'es256', 'p256'],
  ['RS256', 'rs256', 'rsa'],
  ['PS256', 'ps256', 'otherRsa'],
  ['EdDSA', 'eddsa', 'ed25519'],
]

export const allProofs: readonly ProofVector[] = keys.map(([alg, kid, key], index) => {
  const id = `proofs-${index + 1}`
  const claims = { aud: audience, proj_id: projectId, nonce: nonceOf(index + 1), exp }
  const header = { alg, kid, typ: 'project-key-proof+jwt' }
  return {
    id,
    about: alg,
    alg,
    key,
    projectId,
    audience,
    challenge: { aud: audience, proj_id: projectId, kid, alg, nonce: claims.nonce, exp },
    header,
    claims,
    signature: kindOf(alg),
    proof: signed(header, claims, alg, key),
  }
})

const honest = { aud: audience, proj_id: projectId, kid: 'es256', alg: 'ES256', nonce, exp }

const traps: readonly (readonly [about: string, difference: Readonly<Record<string, unknown>>])[] = [
  [
    'another platform: it passes on what this platform asked it, to register your key as its own',
    { aud: 'https://other.example' },
  ],
  ['another project of this platform', { proj_id: 'rival' }],
  ['no aud', { aud: undefined }],
  ['no nonce', { nonce: undefined }],
  ['an empty nonce', { nonce: '' }],
  ['a nonce that is an object', { nonce: { iss: 'shop' } }],
  ['a nonce of 257 characters', { nonce: 'n'.repeat(257) }],
  ['no exp', { exp: undefined }],
  ['exp is a string', { exp: String(exp) }],
  ['an algorithm that is none of the key', { alg: 'RS256' }],
  ['a further member, such as a claim that would be signed', { jti: 'j-1' }],
  ['a type of its own', { typ: 'project-auth+jwt' }],
]

export const allTraps: readonly UnansweredChallenge[] = traps.map(([about, difference], index) => ({
  id: `unanswered-challenges-${index + 1}`,
  about,
  key: 'p256',
  projectId,
  audience,
  challenge: { ...honest, ...difference },
}))
