import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { createHash } from 'node:crypto'
import { proveKeyPossession, type KeyChallenge } from '../../lib/customer/index.js'
import { admitProjectKey } from '../../lib/index.js'
import type { Algorithm } from '../../lib/protocol.js'
import { checkProof } from '../../lib/registry/rules/possession.js'
import { publicJwkOf, verifierKnowing } from './known-signers.js'
import { signedByUs } from './our-signer.js'
import type { ProofVector, SignatureKind } from './shape.js'
import { decoded, named, privateJwk, segmentsOf, vectors } from './vectors.js'

afterEach(() => {
  jest.restoreAllMocks()
})

/** The same to the letter, but for a signature that is another one each time. */
function expectSame(token: string, wanted: string, kind: SignatureKind): void {
  const [header, claims, signature] = segmentsOf(token)
  const [wantedHeader, wantedClaims, wantedSignature] = segmentsOf(wanted)
  expect([header, claims].map(decoded)).toEqual([wantedHeader, wantedClaims].map(decoded))
  expect([header, claims]).toEqual([wantedHeader, wantedClaims])
  expect(signature).toHaveLength(wantedSignature.length)
  expect(signature === wantedSignature).toBe(kind === 'unique')
}

describe('a signer', () => {
  it.each(named(vectors.signing))('makes the token of %s', async (_, vector) => {
    expectSame(await signedByUs(vector), vector.token, vector.signature)
  })

  it.each(named(vectors.signing))(
    'makes a token that is accepted, as that of the file is: %s',
    async (_, vector) => {
      for (const token of [await signedByUs(vector), vector.token]) {
        const { project, projectToken } = await verifierKnowing(vector).verify(token, {
          origin: 'https://shop.example',
        })
        expect(project.id).toBe(vector.given.projectId)
        expect(projectToken).toMatchObject({ header: vector.header, claims: vector.claims })
      }
    },
  )

  it('is asked for each algorithm, and for each kind of signature', () => {
    const algs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'ES384', 'ES512']
    expect(new Set(vectors.signing.map(({ alg }) => alg))).toEqual(new Set(algs))
    expect(new Set(vectors.signing.map(({ signature }) => signature)).size).toBe(3)
  })
})

/** Whether a platform takes the proof for that of its challenge. */
function confirmed({ alg, key, challenge, audience, projectId }: ProofVector, proof: string): Promise<void> {
  const { kid, nonce, exp } = challenge as unknown as KeyChallenge
  const publicJwk = publicJwkOf(privateJwk(key))
  const record = { kid, alg: alg as Algorithm, publicJwk, thumbprint: '', createdAt: 0 }
  const nonceHash = createHash('sha256').update(nonce).digest('base64url')
  const about = { audience, projectId, now: vectors.now }
  return checkProof(proof, record, { nonceHash, expiresAt: exp }, about)
}

describe('a proof of possession', () => {
  const answered = ({ key, challenge, audience, projectId }: Omit<ProofVector, 'proof'>) =>
    proveKeyPossession({
      privateKey: privateJwk(key),
      challenge: challenge as unknown as KeyChallenge,
      audience,
      projectId,
    })

  it.each(named(vectors.proofs))('is that of %s', async (_, vector) => {
    const proof = await answered(vector)
    expectSame(proof, vector.proof, vector.signature)
    const [header, claims] = segmentsOf(proof)
    expect([header, claims].map(decoded)).toEqual([vector.header, vector.claims])
  })

  it.each(named(vectors.proofs))('is accepted, as that of the file is: %s', async (_, vector) => {
    await expect(confirmed(vector, vector.proof)).resolves.toBeUndefined()
    await expect(confirmed(vector, await answered(vector))).resolves.toBeUndefined()
    const [other] = vectors.proofs.filter(({ id }) => id !== vector.id)
    await expect(confirmed(vector, other?.proof ?? '')).rejects.toThrow('proof of possession is refused')
  })

  it.each(named(vectors.unansweredChallenges))('is not made for %s', async (_, trap) => {
    // The honest challenge, of which each of these differs in one member, is answered.
    const { challenge } = vectors.proofs[0] as ProofVector
    const honest = { ...trap, challenge: { ...challenge } } as unknown as ProofVector
    await expect(answered(honest)).resolves.toEqual(expect.any(String))
    await expect(answered({ ...honest, challenge: trap.challenge })).rejects.toThrow(TypeError)
  })
})

describe('the kid of a key that has none', () => {
  it.each(named(vectors.thumbprints))('is the thumbprint: %s', (_, { jwk, hashed, thumbprint }) => {
    expect(admitProjectKey({ id: 'shop' }, { jwk }).kid).toBe(thumbprint)
    expect(createHash('sha256').update(hashed).digest('base64url')).toBe(thumbprint)
  })

  it('is that of the RFCs for their examples', () => {
    // RFC 7638 section 3.1, RFC 8037 appendix A.3.
    const [rfc7638, rfc8037] = vectors.thumbprints
    expect(rfc7638?.thumbprint).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
    expect(rfc8037?.thumbprint).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })
})
