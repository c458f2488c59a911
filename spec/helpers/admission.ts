import { expect } from '@jest/globals'
import { inspect } from 'node:util'
import { admitProjectKey, MemoryKeyStore, type PublicKeyInput } from '../../lib/index.js'

/** Is refused with exactly this sentence, or one of this kind, by the admission and by a store that is given the key. */
export function expectNotAdmitted(input: PublicKeyInput, reason: string | RegExp): void {
  const named = input.kid === undefined ? '' : ` ${JSON.stringify(input.kid)}`
  const attempts = [
    () => admitProjectKey({ id: 'shop' }, input),
    () => new MemoryKeyStore([{ id: 'shop', keys: [input] }]),
  ]
  for (const attempt of attempts) {
    const thrown = thrownBy(attempt)
    if (reason instanceof RegExp) expect((thrown as Error).message).toMatch(reason)
    else expect(thrown).toEqual(new TypeError(`Project "shop", key${named}: ${reason}`))
    expect(thrown).toBeInstanceOf(TypeError)
    expect(thrown).not.toHaveProperty('cause')
    expectNothingOf(keyTextsOf(input), thrown)
  }
}

export function thrownBy(attempt: () => unknown): unknown {
  try {
    attempt()
  } catch (thrown) {
    return thrown
  }
  return new Error('nothing was thrown')
}

/** Neither the message of what was thrown nor anything that a log would print holds 16 characters in a row of a text. */
export function expectNothingOf(texts: readonly string[], thrown: unknown): void {
  const printed = [inspect(thrown, { depth: Infinity, showHidden: true }), String(thrown)].join('\n')
  const leaked = Array.from({ length: Math.max(0, printed.length - 15) }, (_, start) =>
    printed.slice(start, start + 16),
  ).filter((piece) => texts.some((text) => text.includes(piece)))
  expect(leaked).toEqual([])
}

/** The base64 of a PEM, the members of a JWK. */
function keyTextsOf({ jwk, pem }: PublicKeyInput): string[] {
  const members: unknown[] = typeof jwk === 'object' ? Object.values(jwk ?? {}) : [jwk]
  const lines = typeof pem === 'string' ? pem.split('\n').filter((line) => !line.startsWith('-----')) : []
  return [...members, ...lines].filter((text) => typeof text === 'string')
}
