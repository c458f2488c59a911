import { StoreError } from '../../errors.js'
import { admitProjectKey } from '../../keys/public-key.js'
import { noteRevocation } from '../../keys/revocation.js'
import type { Project, ProjectKey } from '../../types.js'
import type { KeyRecord } from './records.js'

/** What `find` needs of a key. */
export type FoundKey = Pick<KeyRecord, 'kid' | 'alg' | 'publicJwk' | 'notBefore' | 'notAfter' | 'revokedAt'>

/** A revocation is never for later: it holds on a clock that is behind that which stamped it, and on one that is set back. */
const beforeAnyClock = -Number.MAX_VALUE

/**
 * A stored key, admitted again: what is in the store may have been written by others. What is not admissible is an outage of
 * this key, not a pass.
 */
export function loadedKey(project: Project, key: FoundKey): ProjectKey {
  const { kid, alg, publicJwk, notBefore, notAfter, revokedAt } = key
  const revoked = revokedAt === undefined ? undefined : beforeAnyClock
  try {
    const given = { jwk: publicJwk, kid, alg, notBefore, notAfter, revokedAt: revoked }
    const loaded = admitProjectKey(project, given, { loaded: true })
    if (revokedAt !== undefined) noteRevocation(loaded, revokedAt)
    return loaded
  } catch (error) {
    throw new StoreError('store_unavailable', { cause: error })
  }
}
