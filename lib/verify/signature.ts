import { AuthenticationError, StoreError } from '../errors.js'
import type { ProjectKey } from '../types.js'
import { signatureCheckWith, type SignatureCheck } from './signature-check.js'

interface Signed {
  readonly signingInput: string
  readonly signature: Buffer
}

const checks = new WeakMap<ProjectKey, SignatureCheck>()
/**
 * Signatures that wait for the thread pool. A token that waits long is judged by a time that has passed, and holds its request.
 */
const maxInPool = 1_024

/**
 * Step 5: the signature, by the one algorithm of the key.
 *
 * Checks that the signature has exactly the length that algorithm and key give it, then the signature itself: at once where it
 * is quick and alone, else on Node's thread pool. RFC 7518 section 3, RFC 8037 section 3.1.
 */
export function verifySignature(key: ProjectKey, signed: Signed): void | Promise<void> {
  const check = checkWith(key)
  if (signed.signature.length !== check.signatureBytes) throw notVerified()
  if (!(check.isQuick && isAlone())) return verifyInPool(check, signed)
  verifyAtOnce(check, signed)
}

function verifyAtOnce(check: SignatureCheck, { signingInput, signature }: Signed): void {
  let matches: unknown
  try {
    matches = check.atOnce(octets(signingInput), signature)
  } catch (cause) {
    throw cannotTell(cause)
  }
  // Only true is a match: a mistake in the binding must not become a pass.
  if (matches !== true) throw notVerified()
}

function verifyInPool(check: SignatureCheck, { signingInput, signature }: Signed): Promise<void> {
  if (inPool >= maxInPool) {
    throw new StoreError('store_unavailable', {
      cause: 'too many signatures wait to be verified',
      reason: 'busy',
    })
  }
  return new Promise((resolve, reject) => {
    try {
      check.inPool(octets(signingInput), signature, (error, matches) => {
        inPool--
        if (error !== null) reject(cannotTell(error))
        else if (matches === true) resolve()
        else reject(notVerified())
      })
      inPool++
    } catch (thrown) {
      reject(cannotTell(thrown))
    }
  })
}

let inPool = 0
let turnHasOne = false

/**
 * Whether nothing is being verified, nor was in this turn of the event loop. A lone request does not wait for a thread to wake
 * up; many at once leave the event loop free. docs/performance.md has the measurements.
 */
function isAlone(): boolean {
  if (inPool > 0 || turnHasOne) return false
  turnHasOne = true
  setImmediate(endTurn)
  return true
}

function endTurn(): void {
  turnHasOne = false
}

function checkWith(key: ProjectKey): SignatureCheck {
  const known = checks.get(key)
  if (known !== undefined) return known
  try {
    const check = signatureCheckWith(key)
    checks.set(key, check)
    return check
  } catch (cause) {
    throw cannotTell(cause)
  }
}

/** RFC 7515 section 5.2: ASCII. */
function octets(signingInput: string): Buffer {
  return Buffer.from(signingInput, 'latin1')
}

function notVerified(): AuthenticationError {
  return new AuthenticationError('token_not_verified', {
    cause: 'the signature does not match',
    reason: 'signature_bad',
  })
}

function cannotTell(cause: unknown): StoreError {
  return new StoreError('store_unavailable', { cause, reason: 'crypto' })
}
