import { AuthenticationError, StoreError } from '../errors.js'
import {
  signatureCheckWith,
  type Answered,
  type SignatureCheck,
  type VerifyingKey,
} from './signature-check.js'

interface Signed {
  readonly signingInput: string
  readonly signature: Buffer
}

const checks = new WeakMap<VerifyingKey, SignatureCheck>()
/**
 * Signatures that wait for the thread pool. One that waits long is judged by a reading of the clock that is too old, and its request
 * waits with it.
 */
const maxInPool = 1_024
/** How many signatures in a row must have been alone before the next one that is alone is verified at once. */
const minLoneInARow = 16

let inPool = 0
/** Whether one was verified at once in this turn of the event loop. */
let turnHasOne = false
let loneInARow = 0

/**
 * Step 5: the signature, by the one algorithm of the key.
 *
 * Checks that the signature has exactly the length that algorithm and key give it, then the signature itself: at once where it
 * is quick and those before it were alone, too, else on Node's thread pool. RFC 7518 section 3, RFC 8037 section 3.1.
 */
export function verifySignature(key: VerifyingKey, signed: Signed): void | Promise<void> {
  const check = checkWith(key)
  if (signed.signature.length !== check.signatureBytes) throw notVerified()
  if (!(check.isQuick && takesTurnAlone())) return verifyInPool(check, signed)
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
    const answered = answeredOnce({ resolve, reject })
    try {
      check.inPool(octets(signingInput), signature, answered)
      inPool++
    } catch (thrown) {
      reject(cannotTell(thrown))
    }
  })
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * Node keeps what it calls until its next full collection of garbage, so this lets go of who waited. Else each collection in
 * between would copy what is left of thousands of requests, while all others wait.
 */
function answeredOnce(waiting: Waiting | undefined): Answered {
  return (error, matches) => {
    inPool--
    const { resolve, reject } = waiting as Waiting
    waiting = undefined
    if (error !== null) reject(cannotTell(error))
    else if (matches === true) resolve()
    else reject(notVerified())
  }
}

/**
 * Takes this turn of the event loop for one signature, if nothing else is being verified and nothing was when the last of them
 * came. A lone request does not wait for a thread to wake up. Among many, one that keeps the event loop makes all the others
 * wait, so a moment without others is not enough. The part `connections` of the benchmark measures it.
 */
function takesTurnAlone(): boolean {
  if (inPool > 0 || turnHasOne) {
    loneInARow = 0
    return false
  }
  if (loneInARow < minLoneInARow) {
    loneInARow++
    return false
  }
  turnHasOne = true
  setImmediate(endTurn)
  return true
}

function endTurn(): void {
  turnHasOne = false
}

function checkWith(key: VerifyingKey): SignatureCheck {
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
