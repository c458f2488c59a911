import { describe, expect, it } from '@jest/globals'
import { refusals } from '../../lib/http/refusals.js'
import { vectorsText } from './file.js'
import { text, vectors } from './vectors.js'

const steps = [
  ...vectors.groups.flatMap(({ tests }) => tests),
  ...vectors.sequences.flatMap((sequence) => sequence.steps),
]

describe('docs/vectors.json', () => {
  it('is what its definitions make: else npm run build && npm run vectors', () => {
    // Not toBe, whose message would be the whole file.
    expect(text === vectorsText()).toBe(true)
  })

  it('has each id once, and each group its tests', () => {
    const { groups, sequences, thumbprints, signing, proofs, unansweredChallenges } = vectors
    const lists = [...groups.map(({ tests }) => tests), sequences, thumbprints, signing, proofs]
    const all = [...lists, unansweredChallenges]
    expect(all.filter((list) => list.length < 2)).toEqual([])
    const ids = all.flatMap((list) => list.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('says of each token either that it is accepted or why it is refused', () => {
    const undecided = steps.filter(
      ({ accepted, refused }) => (accepted === undefined) === (refused === undefined),
    )
    expect(undecided).toEqual([])
  })

  it('has no character that an editor or a language may read in another way', () => {
    expect(text).toMatch(/^[ -~\n]+$/)
  })

  it('is small enough for a package', () => {
    expect(text.length).toBeGreaterThan(100_000)
    expect(text.length).toBeLessThan(170_000)
  })

  it('has no private member in a key of a project or a thumbprint', () => {
    const jwks = vectors.projects.flatMap(({ keys }) => keys.map(({ jwk }) => jwk))
    const names = [...jwks, ...vectors.thumbprints.map(({ jwk }) => jwk)].flatMap((jwk) => Object.keys(jwk))
    expect(names).toContain('x')
    expect(names.filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].includes(name))).toEqual([])
  })
})

/** A session is no project token. */
const ofSessions = ['session_revoked']
const codes = Object.keys(refusals).filter((code) => !ofSessions.includes(code))

describe('the codes that a project token can cause', () => {
  it('are those of the file, with their statuses', () => {
    const known = Object.entries(refusals).filter(([code]) => codes.includes(code))
    expect(vectors.statuses).toEqual(Object.fromEntries(known.map(([code, [status]]) => [code, status])))
  })

  it.each(codes)('%s has vectors', (code) => {
    expect(steps.filter(({ refused }) => refused === code)).not.toEqual([])
  })

  it('are all that a vector names', () => {
    expect(steps.filter(({ refused }) => refused !== undefined && !codes.includes(refused))).toEqual([])
  })

  it('come with tokens that are accepted, in nearly all groups', () => {
    const without = vectors.groups.filter(({ tests }) =>
      tests.every(({ accepted }) => accepted === undefined),
    )
    // What is shown there is shown by other groups' honest tokens.
    expect(without.map(({ name }) => name)).toEqual([
      'segments',
      'bindings',
      'milliseconds',
      'eddsa-signatures',
    ])
  })
})
