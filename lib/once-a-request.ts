import type { KeyStore } from './keys/key-store.js'
import type { ReplayStore } from './replay/replay-store.js'
import type { ProjectKey } from './types.js'

interface Consumption {
  readonly keyStore: KeyStore
  readonly replayStore: ReplayStore
  readonly token: string
}

interface Use extends Consumption {
  /** The key that verified the token, once its jti has been consumed; undefined when it was refused. */
  readonly key: Promise<ProjectKey | undefined>
}

/** Lives as long as the request object does. */
const usesOf = new WeakMap<object, Set<Use>>()

/**
 * Lets a token that is verified twice on one request, by two routers or by middleware and Passport, be consumed once.
 *
 * `run` gets the key that has already verified this token on this request with the same stores, or undefined. Refusals are
 * not remembered: the next face finds out for itself.
 */
export async function onceARequest<T extends { readonly key: ProjectKey }>(
  request: object,
  consumption: Consumption,
  run: (verifiedBy: ProjectKey | undefined) => Promise<T>,
): Promise<T> {
  const uses = usesOf.get(request) ?? new Set<Use>()
  usesOf.set(request, uses)
  for (const use of uses) {
    if (!isSame(use, consumption)) continue
    const key = await use.key
    if (key !== undefined) return run(key)
  }

  const outcome = run(undefined)
  const use: Use = {
    ...consumption,
    key: outcome.then(
      (accepted) => accepted.key,
      () => {
        uses.delete(use)
        return undefined
      },
    ),
  }
  uses.add(use)
  return outcome
}

function isSame(one: Consumption, other: Consumption): boolean {
  return one.token === other.token && one.keyStore === other.keyStore && one.replayStore === other.replayStore
}
