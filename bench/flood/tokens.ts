import type { Alg, KeySet } from '../platform.js'
import { flipped, rubbish, signTokens, times } from '../tokens.js'

/** What attackers send, in turn: rubbish, expired, forged, used before. */
export interface AttackTokens {
  readonly all: readonly string[]
  /** Honest ones, which are to be used up before they are sent again. */
  readonly used: readonly string[]
}

export async function attackTokens(keys: KeySet, alg: Alg, ofEachKind: number): Promise<AttackTokens> {
  const now = Math.floor(Date.now() / 1000)
  const used = await signTokens(keys, alg, ofEachKind)
  const expired = await signTokens(keys, alg, ofEachKind, () => ({
    claims: { iat: now - 400, exp: now - 200 },
  }))
  const forged = (await signTokens(keys, alg, ofEachKind)).map(flipped)
  const nothing = times(ofEachKind, (item) => (item % 2 === 0 ? rubbish.segments() : rubbish.algNone(alg)))
  const all = times(ofEachKind, (item) => [nothing[item], expired[item], forged[item], used[item]])
  return { all: all.flat().filter((token) => token !== undefined), used }
}
