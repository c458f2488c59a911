import { AuthenticationError } from '../../errors.js'
import { fetchJson } from '../../http/fetched-json.js'
import { holdsSecret } from '../../jwk/exposure.js'
import { readPublicHalf } from '../../jwk/public-half.js'
import { thumbprint } from '../../jwk/thumbprint.js'
import { inAscii } from '../../options/quoted.js'
import { algorithmNamed, defaultAlgorithmFor, fitsAlgorithm, type Algorithm } from '../../protocol.js'
import type { VerifyingKey } from '../../verify/signature-check.js'
import { verifySignature } from '../../verify/signature.js'
import { CommandFailure, usage } from '../exit-code.js'
import type { Fault } from './faults.js'
import type { TokenParts } from './token-parts.js'

/** What became of the signature. */
export interface SignatureFinding {
  readonly result: 'good' | 'bad' | 'not checked'
  readonly faults: readonly Fault[]
  /** What else is to be said, in sentences. */
  readonly notes: readonly string[]
}

/** Where the public key is. */
export type KeySource = { readonly key: Buffer } | { readonly jwks: URL }

const fetchLimits = { maxBytes: 262_144, timeoutMs: 5_000 }

/** Verifies the signature with the public key that was given, by the steps 4 and 5 of a verifier. */
export async function inspectSignature(
  parts: TokenParts,
  source: KeySource | undefined,
): Promise<SignatureFinding> {
  if (source === undefined)
    return notChecked('The signature was not checked: give --key PUBLIC or --jwks URL.')
  const { signature, signingInput, unverifiedHeader: { alg: name, kid } = {} } = parts
  const alg = algorithmNamed(name)
  if (signature === undefined || alg === undefined || typeof kid !== 'string')
    return notChecked('The signature cannot be checked before the token has its right form.')
  const found =
    'key' in source ? ownKey(source.key, { alg, kid }) : await publishedKey(source.jwks, { alg, kid })
  if ('result' in found) return found
  if (alg !== found.alg)
    return refused(`The token says ${alg}, and the key is for ${found.alg}: one key, one algorithm.`)
  try {
    await verifySignature(found, { signature, signingInput })
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error
    return refused('The signature is not one of this key: another key signed it, or the token was changed.')
  }
  return { result: 'good', faults: [], notes: found.notes }
}

/** What the header says of the key. */
interface KeyHint {
  readonly alg: Algorithm
  readonly kid: string
}

interface FoundKey extends VerifyingKey {
  readonly notes: readonly string[]
}

function ownKey(content: Buffer, hint: KeyHint): FoundKey | SignatureFinding {
  if (holdsSecret(content)) {
    throw usage(
      '--key is a private key or a shared secret, and nothing of it is shown. Give the public half: "npx reverse-jwt keygen --key FILE" prints it',
    )
  }
  try {
    return keyFor(content, hint)
  } catch (error) {
    throw usage(`--key ${(error as Error).message}`)
  }
}

async function publishedKey(address: URL, hint: KeyHint): Promise<FoundKey | SignatureFinding> {
  const { keys } = await fetchJson(address, fetchLimits).catch((error: unknown) => {
    throw new CommandFailure('unknown', inAscii((error as Error).message))
  })
  if (!Array.isArray(keys)) throw new CommandFailure('unknown', '--jwks has no key set: no list named keys')
  const named = keys.filter(
    (jwk) => (jwk as { readonly kid?: unknown } | null)?.kid === hint.kid,
  ) as unknown[]
  if (named.length !== 1)
    return refused(
      `The key set has ${named.length === 0 ? 'no key' : `${named.length} keys`} of the kid of the token.`,
    )
  try {
    return keyFor(named[0], hint)
  } catch (error) {
    return refused(`The key of that kid in the key set ${inAscii((error as Error).message)}.`)
  }
}

/** Throws what is wrong with a key, to be said after its name. */
function keyFor(given: unknown, { alg, kid }: KeyHint): FoundKey | SignatureFinding {
  const { publicKey, jwk, labels } = readPublicHalf(given, '')
  if (labels.kid !== undefined && labels.kid !== kid)
    return refused('The kid of the token is not the kid of the key.')
  const labelled = labels.alg === undefined ? undefined : algorithmNamed(labels.alg)
  // A key without a label is for what the token says, if it can be.
  const fallback = defaultAlgorithmFor(jwk)
  const own = labelled ?? (fitsAlgorithm(jwk, alg) ? alg : fallback)
  if (own === undefined) throw new TypeError('is for no algorithm that is known here')
  const isThumbprint = labels.kid !== undefined || kid === thumbprint(jwk)
  const notes = isThumbprint ? [] : [otherKid]
  if (labelled === undefined && fallback !== undefined && own !== fallback)
    notes.push(
      `A platform takes a key that names no algorithm for ${fallback}, so it must have this one registered for ${own}.`,
    )
  return { alg: own, publicKey, notes }
}

const otherKid =
  'The kid of the token is not the RFC 7638 thumbprint of the key, so the platform must have the key under that kid.'

function notChecked(note: string): SignatureFinding {
  return { result: 'not checked', faults: [], notes: [note] }
}

function refused(text: string): SignatureFinding {
  return { result: 'bad', faults: [{ code: 'token_not_verified', text }], notes: [] }
}
