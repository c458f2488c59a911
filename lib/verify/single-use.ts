import { AuthenticationError, outageFrom, StoreError } from '../errors.js'
import { replayMargin, type ReplayCeilings, type ReplayStore } from '../replay/replay-store.js'
import type { ProjectClaims } from '../types.js'
import { promisedBy } from './store-answer.js'

interface SingleUseSettings {
  readonly replayStore: ReplayStore
  readonly ceilings: ReplayCeilings
}

/**
 * Step 7: consumes the jti. Last, so that only a token that passed everything else is used up.
 *
 * The id is kept for a minute longer than any verifier accepts the token, because their clocks differ. What any of them accepts
 * are the ceilings of the store, for another verifier than this one may see the token again. Only `true` from the
 * store is a pass; an answer that is neither true nor false is an outage.
 */
export function consumeJti(
  projectId: string,
  claims: ProjectClaims,
  now: number,
  settings: SingleUseSettings,
): void | Promise<void> {
  const { replayStore, ceilings } = settings
  let answer: unknown
  let promised: Promise<unknown> | undefined
  try {
    answer = replayStore.consume({
      projectId,
      jti: claims.jti,
      expiresAt: claims.exp + ceilings.clockTolerance + replayMargin,
      acceptableFrom: (claims.iat ?? claims.exp - ceilings.maxLifetime) - ceilings.clockTolerance,
      now,
    })
    promised = promisedBy(answer, 'replay_store_failed')
  } catch (thrown) {
    throw outageFrom(thrown, 'replay_store_failed')
  }
  if (promised !== undefined) return promised.then(requireFirst)
  requireFirst(answer)
}

function requireFirst(first: unknown): void {
  if (first === false) throw new AuthenticationError('token_replayed')
  if (first !== true) {
    throw new StoreError('store_unavailable', {
      cause: 'the replay store answered neither true nor false',
      reason: 'replay_store_failed',
    })
  }
}
