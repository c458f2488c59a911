import { AuthenticationError, outageFrom, StoreError } from '../errors.js'
import type { RefusalReason } from '../http/refusals.js'
import type { KeyStore } from '../keys/key-store.js'
import { isAdmitted } from '../keys/public-key.js'
import { revocationOf } from '../keys/revocation.js'
import { isIdentifier, type Algorithm } from '../protocol.js'
import type { ProjectKey } from '../types.js'
import { promisedBy } from './store-answer.js'

/** What the token says of its key. */
interface KeyHint {
  readonly unverifiedHeader: { readonly kid: string }
  readonly alg: Algorithm
}

/**
 * Step 4: the public key that (proj_id, kid) names.
 *
 * Checks that the store's answer was admitted, belongs to the project and carries the kid, and is for the algorithm of the token: a
 * careless store cannot let anyone in. Every mismatch is the same `token_not_verified`, because the difference would show anyone
 * what is stored. Does not check whether the key is active: that is `requireActive`. The store cannot be asked: `store_unavailable`.
 */
export function findKey(
  keyStore: KeyStore,
  projectId: string,
  hint: KeyHint,
): ProjectKey | Promise<ProjectKey> {
  const { kid } = hint.unverifiedHeader
  // Nothing is stored under such a name, so no store need hear of it: a database may fail on NUL.
  if (!isIdentifier(projectId) || !isIdentifier(kid))
    throw notVerified('key_unknown', 'unknown project or key')
  let answer: unknown
  let promised: Promise<unknown> | undefined
  try {
    answer = keyStore.find(projectId, kid)
    promised = promisedBy(answer, 'key_store_failed')
  } catch (thrown) {
    throw outageFrom(thrown, 'key_store_failed')
  }
  return promised === undefined ? checkKey(answer, projectId, hint) : promisedKey(promised, projectId, hint)
}

async function promisedKey(
  promised: Promise<unknown>,
  projectId: string,
  hint: KeyHint,
): Promise<ProjectKey> {
  return checkKey(await promised, projectId, hint)
}

function checkKey(key: unknown, projectId: string, { unverifiedHeader: { kid }, alg }: KeyHint): ProjectKey {
  // Databases say null where JavaScript says undefined.
  if (key === undefined || key === null) throw notVerified('key_unknown', 'unknown project or key')
  if (!isAdmitted(key)) {
    throw new StoreError('store_unavailable', { cause: notAdmitted(key), reason: 'key_store_failed' })
  }
  if (key.project.id !== projectId || key.kid !== kid)
    throw notVerified('key_foreign', 'the key store returned a key of another name')
  if (key.alg !== alg) throw notVerified('key_algorithm', 'the algorithm is not that of the key')
  return key
}

/**
 * Refuses a key that is revoked, has expired or is not active yet at `now`, with the answer of step 4 and after step 5: so the
 * platform learns whether somebody holds the private half of a key that it has revoked.
 */
export function requireActive(key: ProjectKey, now: number): void {
  const { revokedAt, notBefore, notAfter } = key
  if (revokedAt !== undefined && now >= revokedAt) {
    const since = revocationOf(key) ?? revokedAt
    throw notVerified('key_revoked', 'the key is revoked', Math.max(0, now - since))
  }
  if (notBefore !== undefined && now < notBefore)
    throw notVerified('key_not_active', 'the key is not active yet', notBefore - now)
  if (notAfter !== undefined && now >= notAfter)
    throw notVerified('key_expired', 'the key has expired', now - notAfter)
}

/** What looks admitted may be so by another copy of this package, of another version perhaps: this one cannot answer for it. */
function notAdmitted(key: unknown): string {
  try {
    if (Object.isFrozen(key) && 'publicKey' in (key as object)) {
      return 'the key store returned a key that another copy of reverse-jwt admitted: make one copy of what "npm ls reverse-jwt" lists, or of what your bundle holds'
    }
  } catch {
    // What is no object, or cannot even be asked.
  }
  return 'the key store returned what admitProjectKey did not make'
}

function notVerified(reason: RefusalReason, cause: string, seconds?: number): AuthenticationError {
  return new AuthenticationError('token_not_verified', { reason, cause, seconds })
}
