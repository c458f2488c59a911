import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { output } from '../package/command.js'
import { verifierKnowing } from './known-signers.js'
import { signedByUs } from './our-signer.js'
import { decoded, named, segmentsOf, vectors } from './vectors.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

interface Answers {
  /** By the id of the vector. */
  readonly signing: Readonly<Record<string, string>>
  readonly proofs: Readonly<Record<string, string>>
  /** The claims set of each token, or the name of an error. */
  readonly verified: readonly unknown[]
}

/** A token for each vector by our signer, and as many that are not right. */
const tokens: [id: string, token: string][] = []
let answers: Answers
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectors-'))
  for (const vector of vectors.signing) tokens.push([vector.id, await signedByUs(vector)])
  jest.restoreAllMocks()
  for (const { id, token } of vectors.signing) tokens.push([id, otherSignature(token)])
  const file = join(folder, 'tokens.json')
  await writeFile(file, JSON.stringify(tokens))
  // Debian's own Python has Debian's modules, whatever other ones are installed.
  const args = ['spec/vectors/pyjwt.py', 'docs/vectors.json', file]
  answers = JSON.parse(await output('/usr/bin/python3', args, root)) as Answers
})
afterEach(() => {
  jest.restoreAllMocks()
})
afterAll(() => rm(folder, { recursive: true }))

function otherSignature(token: string): string {
  const [header, claims, signature] = segmentsOf(token)
  const first = signature.startsWith('A') ? 'B' : 'A'
  return `${header}.${claims}.${first}${signature.slice(1)}`
}

const isAscii = (claims: object) => /^[ -~]*$/.test(JSON.stringify(claims))

describe('PyJWT, from the file alone', () => {
  it.each(named(vectors.signing))('signs %s', async (_, vector) => {
    const token = answers.signing[vector.id] ?? ''
    const [header, claims] = segmentsOf(token)
    expect([header, claims].map(decoded)).toEqual([vector.header, vector.claims])
    // PyJWT writes other letters as escapes, so those claims are the same in other bytes.
    const isSameText = segmentsOf(vector.token)[1] === claims
    expect(isSameText).toBe(isAscii(vector.claims))
    expect(token === vector.token).toBe(isSameText && vector.signature === 'unique')
    const verifier = verifierKnowing(vector)
    await expect(verifier.verify(token, { origin: 'https://shop.example' })).resolves.toMatchObject({
      project: { id: vector.given.projectId },
    })
  })

  it.each(named(vectors.proofs))('answers the challenge of %s', (_, vector) => {
    const proof = answers.proofs[vector.id] ?? ''
    const [header, claims] = segmentsOf(proof)
    expect([header, claims]).toEqual(segmentsOf(vector.proof).slice(0, 2))
    expect(proof === vector.proof).toBe(vector.signature === 'unique')
  })

  it('writes the same bytes as we do, where the algorithm leaves no choice', () => {
    const same = vectors.signing.filter(({ id, token }) => answers.signing[id] === token)
    expect(new Set(same.map(({ alg }) => alg))).toEqual(new Set(['RS256', 'EdDSA']))
  })

  it('accepts what our signer makes of each vector, and nothing with another signature', () => {
    const wanted = vectors.signing.map(({ claims }) => claims)
    const refused = vectors.signing.map(() => 'InvalidSignatureError')
    expect(answers.verified).toEqual([...wanted, ...refused])
  })
})
