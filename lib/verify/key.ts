import { AuthenticationError, StoreError } from '../errors.js'
import type { KeyStore } from '../keys/key-store.js'
import { isAdmitted } from '../keys/public-key.js'
import { isIdentifier, type Algorithm } from '../protocol.js'
import type { ProjectKey } from '../types.js'
import { answerOf } from './store-answer.js'

/** What the token says of its key. */
interface KeyHint {
  readonly unverifiedHeader: { readonly kid: string }
  readonly alg: Algorithm
}

/**
 * Step 4: the public key that (proj_id, kid) names.
 *
 * Checks that the store's answer was admitted, belongs to the project and carries the kid, is active at `now`, and is for
 * the algorithm of the token: a careless store cannot let anyone in. Every mismatch is the same `token_not_verified`,
 * because the difference would show anyone what is stored. The store cannot be asked: `store_unavailable`.
 */
export function findKey(
  keyStore: KeyStore,
  projectId: string,
  hint: KeyHint,
  now: number,
): ProjectKey | Promise<ProjectKey> {
  const { kid } = hint.unverifiedHeader
  // Nothing is stored under such a name, so no store need hear of it: a database may fail on NUL.
  if (!isIdentifier(projectId) || !isIdentifier(kid)) throw notVerified('unknown project or key')
  return answerOf(
    () => keyStore.find(projectId, kid),
    (answer) => checkKey(answer, projectId, hint, now),
  )
}

function checkKey(
  key: unknown,
  projectId: string,
  { unverifiedHeader: { kid }, alg }: KeyHint,
  now: number,
): ProjectKey {
  // Databases say null where JavaScript says undefined.
  if (key === undefined || key === null) throw notVerified('unknown project or key')
  if (!isAdmitted(key)) {
    throw new StoreError('store_unavailable', { cause: notAdmitted(key) })
  }
  if (key.project.id !== projectId || key.kid !== kid)
    throw notVerified('the key store returned a key of another name')
  const { revokedAt = Infinity, notBefore = -Infinity, notAfter = Infinity } = key
  if (now >= revokedAt) throw notVerified('the key is revoked')
  if (now < notBefore) throw notVerified('the key is not active yet')
  if (now >= notAfter) throw notVerified('the key has expired')
  if (key.alg !== alg) throw notVerified('the algorithm is not that of the key')
  return key
}

/** What looks admitted may be so by another copy of this package, of another version perhaps: this one cannot answer for it. */
function notAdmitted(key: unknown): string {
  return typeof key === 'object' && key !== null && Object.isFrozen(key) && 'publicKey' in key
    ? 'the key store returned a key that another copy of reverse-jwt admitted: make one copy of what "npm ls reverse-jwt" lists, or of what your bundle holds'
    : 'the key store returned what admitProjectKey did not make'
}

function notVerified(cause: string): AuthenticationError {
  return new AuthenticationError('token_not_verified', { cause })
}
