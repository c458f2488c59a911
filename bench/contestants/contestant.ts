import type { Begin } from '../in-flight.js'
import type { Alg, KeySet } from '../platform.js'

export interface Task {
  readonly alg: Alg
  readonly keys: KeySet
  readonly tokens: readonly string[]
  /** Whether the key is to be found by the token's kid; else the library may be given the one key. */
  readonly byKid: boolean
}

/** Somebody who verifies tokens: signature, exp, aud and iss, as far as it can. */
export interface Contestant {
  readonly name: string
  /** What the reader should know of how it was set up. */
  readonly note: string
  /** Whether it is one of the others. Not the limit, and not this package. */
  readonly peer: boolean
  /** Sets it up for these tokens; undefined where it does not know the algorithm, or keys by kid. */
  begin(task: Task): Begin | undefined
}

/** For those that return a promise. */
export function awaited(tokens: readonly string[], verify: (token: string) => Promise<unknown>): Begin {
  return (item, done, failed) => {
    verify(tokens[item] as string).then(done, failed)
  }
}

/** For those that return or throw. */
export function inline(tokens: readonly string[], verify: (token: string) => unknown): Begin {
  return (item, done, failed) => {
    try {
      verify(tokens[item] as string)
    } catch (error) {
      failed(error)
      return
    }
    done()
  }
}
