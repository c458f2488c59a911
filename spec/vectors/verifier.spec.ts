import { describe, expect, it } from '@jest/globals'
import {
  AuthenticationError,
  createVerifier,
  MemoryKeyStore,
  MemoryReplayStore,
  type ProjectWithKeys,
  type VerifierOptions,
} from '../../lib/index.js'
import type { Step, VerifierSettings } from './shape.js'
import { decoded, named, segmentsOf, vectors } from './vectors.js'

const keyStore = new MemoryKeyStore(vectors.projects as readonly ProjectWithKeys[])

/** A verifier that has seen no token yet: what it answers to a step, in the words of the file. */
function asked(override: Partial<VerifierSettings> = {}) {
  let now = NaN
  const settings = { ...vectors.verifier, ...override } as VerifierOptions
  const replayStore = new MemoryReplayStore()
  const verifier = createVerifier({ ...settings, keyStore, replayStore, clock: () => now })
  return async (step: Step) => {
    now = step.now ?? vectors.now
    try {
      const { project, projectToken } = await verifier.verify(step.token, step.request)
      return { accepted: { project: project.id, scopes: projectToken.scopes } }
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error
      return { refused: error.code, status: error.status }
    }
  }
}

function expectedOf({ accepted, refused = '' }: Step) {
  return accepted === undefined ? { refused, status: vectors.statuses[refused] } : { accepted }
}

describe.each(vectors.groups)('$name', ({ tests, verifier }) => {
  it.each(named(tests))('%s', async (_, test) => {
    expect(await asked(verifier)(test)).toEqual(expectedOf(test))
  })
})

describe('a sequence', () => {
  it.each(named(vectors.sequences))('%s', async (_, { steps }) => {
    const ask = asked()
    const answers = []
    for (const step of steps) answers.push(await ask(step))
    expect(answers).toEqual(steps.map(expectedOf))
  })
})

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const changesOfEach = 16

/** The token with another character at each of so many places, the first and the last among them. */
function changed({ token }: Step): string[] {
  return Array.from({ length: changesOfEach }, (_, index) => {
    const at = Math.round((index * (token.length - 1)) / (changesOfEach - 1))
    const other = alphabet[(alphabet.indexOf(token.charAt(at)) + 1) % alphabet.length] ?? ''
    return token.slice(0, at) + other + token.slice(at + 1)
  })
}

describe('an accepted token', () => {
  const accepted = vectors.groups.flatMap(({ tests, verifier }) =>
    tests.filter((test) => test.accepted !== undefined).map((test) => ({ ...test, verifier })),
  )

  it('is there many times, by each algorithm', () => {
    expect(accepted.length).toBeGreaterThan(60)
    const algs = accepted.map(({ token }) => (decoded(segmentsOf(token)[0]) as { alg: string }).alg)
    expect(new Set(algs)).toEqual(new Set(['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519', 'ES384', 'ES512']))
  })

  it.each(named(accepted))('is refused when one character is another: %s', async (_, test) => {
    const ask = asked(test.verifier)
    const tokens = changed(test)
    expect(new Set([test.token, ...tokens]).size).toBe(1 + changesOfEach)
    for (const token of tokens) {
      expect(await ask({ ...test, token })).toEqual({
        refused: expect.any(String),
        status: expect.any(Number),
      })
    }
    // Nothing of that has used it up.
    expect(await ask(test)).toEqual({ accepted: test.accepted })
  })
})
