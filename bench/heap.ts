import { Child } from './child.js'
import type { HeapAnswer, HeapQuestion } from './heap-process.js'
import type { Alg, KeySet } from './platform.js'
import { algs } from './platform.js'
import { signTokens } from './tokens.js'

/** Bytes that each contestant allocates for a token, in the JavaScript heap and outside. By algorithm and name. */
export async function allocations(
  count: number,
  keys: KeySet,
): Promise<Partial<Record<Alg, Readonly<Record<string, number>>>>> {
  // Room for all that a turn allocates, so that nothing is collected meanwhile.
  const child = new Child('./heap-process.js', [
    '--expose-gc',
    '--min-semi-space-size=256',
    '--max-semi-space-size=256',
  ])
  try {
    const found: Partial<Record<Alg, Readonly<Record<string, number>>>> = {}
    for (const alg of algs) {
      const tokens = await signTokens(keys, alg, 2 * count)
      const question: HeapQuestion = { alg, jwks: keys.jwks, tokens }
      found[alg] = await child.ask<HeapAnswer>(question)
    }
    return found
  } finally {
    await child.stop()
  }
}
