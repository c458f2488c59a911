import { StoreError } from '../errors.js'
import { admitProjectKey } from '../keys/public-key.js'
import type { Project, ProjectKey } from '../types.js'
import type { KeyRecord } from './records.js'

/** What `find` needs of a key. */
export type FoundKey = Pick<KeyRecord, 'kid' | 'alg' | 'publicJwk' | 'notBefore' | 'notAfter' | 'revokedAt'>

/**
 * A stored key, admitted again: what is in the store may have been written by others. What is not admissible is an outage of
 * this key, not a pass.
 */
export function loadedKey(project: Project, key: FoundKey): ProjectKey {
  const { kid, alg, publicJwk, notBefore, notAfter, revokedAt } = key
  // A revocation is never for later. The clock that stamped it may be ahead of this process, which would go on accepting.
  const revoked = revokedAt === undefined ? undefined : Math.min(revokedAt, Date.now() / 1000)
  try {
    return admitProjectKey(
      project,
      { jwk: publicJwk, kid, alg, notBefore, notAfter, revokedAt: revoked },
      { loaded: true },
    )
  } catch (error) {
    throw new StoreError('store_unavailable', { cause: error })
  }
}
