import { AuthenticationError, outageFrom, StoreError } from '../../errors.js'
import type { RevocationReader, SessionFacts } from '../../revocations/revocation-store.js'
import { promisedBy } from '../../verify/store-answer.js'

/**
 * Refuses a session that has ended before it expires. Only `false` is a pass: what is neither true nor false is an outage.
 */
export function requireNotRevoked(
  revocations: RevocationReader | undefined,
  session: SessionFacts,
): void | Promise<void> {
  if (revocations === undefined) return
  let answer: unknown
  let promised: Promise<unknown> | undefined
  try {
    answer = revocations.isRevoked(session)
    promised = promisedBy(answer, 'revocations_failed')
  } catch (thrown) {
    throw outageFrom(thrown, 'revocations_failed')
  }
  if (promised !== undefined) return promised.then(requireFalse)
  requireFalse(answer)
}

function requireFalse(revoked: unknown): void {
  if (revoked === true) throw new AuthenticationError('session_revoked')
  if (revoked !== false) {
    throw new StoreError('store_unavailable', {
      cause: 'isRevoked answered neither true nor false',
      reason: 'revocations_failed',
    })
  }
}
