import type { KeyStore } from '../keys/key-store.js'
import type { ReplayStore } from '../replay/replay-store.js'
import type { ProjectKey } from '../types.js'

interface Consumption {
  readonly keyStore: KeyStore
  readonly replayStore: ReplayStore
  readonly token: string
}

interface Verified {
  readonly key: ProjectKey
}

interface Use extends Consumption {
  readonly outcome: Verified | Promise<Verified>
}

/** Lives as long as the request object does. */
const usesOf = new WeakMap<object, Use[]>()

/**
 * Lets a token that is verified twice on one request, by two routers or by middleware and Passport, be consumed once.
 *
 * `again` gets the key that has already verified this token on this request with the same stores. A refusal is no answer for
 * the next face: it finds out for itself, by `first`.
 */
export function onceARequest<T extends Verified>(
  request: object,
  consumption: Consumption,
  first: () => T | Promise<T>,
  again: (verifiedBy: ProjectKey) => T,
): T | Promise<T> {
  const uses = usesOf.get(request)
  if (uses !== undefined) return afterOthers(uses, consumption, first, again)
  const outcome = first()
  usesOf.set(request, [{ ...consumption, outcome }])
  return outcome
}

async function afterOthers<T extends Verified>(
  uses: Use[],
  consumption: Consumption,
  first: () => T | Promise<T>,
  again: (verifiedBy: ProjectKey) => T,
): Promise<T> {
  // While one is waited for, others may be added, and are seen.
  for (const use of uses) {
    if (!isSame(use, consumption)) continue
    const key = await keyOf(use)
    if (key !== undefined) return again(key)
  }
  const outcome = first()
  uses.push({ ...consumption, outcome })
  return outcome
}

async function keyOf({ outcome }: Use): Promise<ProjectKey | undefined> {
  try {
    return (await outcome).key
  } catch {
    return undefined
  }
}

function isSame(one: Consumption, other: Consumption): boolean {
  return one.token === other.token && one.keyStore === other.keyStore && one.replayStore === other.replayStore
}
