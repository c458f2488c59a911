import { constants, verify, type VerifyKeyObjectInput } from 'node:crypto'
import { AuthenticationError, StoreError } from '../errors.js'
import { algorithms, type Algorithm } from '../protocol.js'
import type { ProjectKey } from '../types.js'

type Parameters = Omit<VerifyKeyObjectInput, 'key'>

const ecdsa: Parameters = { dsaEncoding: 'ieee-p1363' }
const pkcs1: Parameters = { padding: constants.RSA_PKCS1_PADDING }
/** RFC 7518 section 3.5: the salt is as long as the digest. */
const pss = (saltLength: number): Parameters => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

/** Everything that decides how a signature is verified. Nothing here comes from a token. */
const schemes: Readonly<Record<Algorithm, readonly [digest: string | null, Parameters]>> = {
  ES256: ['sha256', ecdsa],
  ES384: ['sha384', ecdsa],
  ES512: ['sha512', ecdsa],
  RS256: ['sha256', pkcs1],
  RS384: ['sha384', pkcs1],
  RS512: ['sha512', pkcs1],
  PS256: ['sha256', pss(32)],
  PS384: ['sha384', pss(48)],
  PS512: ['sha512', pss(64)],
  EdDSA: [null, {}],
}

interface Signed {
  readonly signingInput: string
  readonly signature: Buffer
}

/** What is the same for every signature of a key. */
interface Verification {
  readonly digest: string | null
  readonly input: VerifyKeyObjectInput
  readonly signatureBytes: number
  /** Whether a check takes less time than the thread pool takes to hand one over and back. */
  readonly quick: boolean
}

const verifications = new WeakMap<ProjectKey, Verification>()
const quickCurves = new Set<string | undefined>(['P-256', 'Ed25519'])
const quickRsaBits = 3072
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
  const verification = verificationWith(key)
  if (signed.signature.length !== verification.signatureBytes) throw notVerified()
  if (!(verification.quick && isAlone())) return verifyInPool(verification, signed)
  verifyAtOnce(verification, signed)
}

function verifyAtOnce({ digest, input }: Verification, { signingInput, signature }: Signed): void {
  let matches: unknown
  try {
    matches = verify(digest, octets(signingInput), input, signature)
  } catch (cause) {
    throw new StoreError('store_unavailable', { cause, reason: 'crypto' })
  }
  // Only true is a match: a mistake in the binding must not become a pass.
  if (matches !== true) throw notVerified()
}

function verifyInPool({ digest, input }: Verification, { signingInput, signature }: Signed): Promise<void> {
  if (inPool >= maxInPool) {
    throw new StoreError('store_unavailable', {
      cause: 'too many signatures wait to be verified',
      reason: 'busy',
    })
  }
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) => {
      reject(new StoreError('store_unavailable', { cause, reason: 'crypto' }))
    }
    try {
      verify(digest, octets(signingInput), input, signature, (error, matches) => {
        inPool--
        if (error !== null) failed(error)
        else if ((matches as unknown) === true) resolve()
        else reject(notVerified())
      })
      inPool++
    } catch (thrown) {
      failed(thrown)
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

function verificationWith(key: ProjectKey): Verification {
  const known = verifications.get(key)
  if (known !== undefined) return known
  const [digest, parameters] = schemes[key.alg]
  const { crv, signatureBytes } = algorithms.get(key.alg) ?? {}
  const { modulusLength = NaN } = key.publicKey.asymmetricKeyDetails ?? {}
  const verification = {
    digest,
    input: { key: key.publicKey, ...parameters },
    signatureBytes: signatureBytes ?? Math.ceil(modulusLength / 8),
    quick: quickCurves.has(crv) || modulusLength <= quickRsaBits,
  }
  verifications.set(key, verification)
  return verification
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
