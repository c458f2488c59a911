import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { JWK, JWTPayload } from 'jose'
import { jwtVerify } from 'jose/jwt/verify'
import { importJWK } from 'jose/key/import'
import { decodeBase64url } from '../../encoding/base64url.js'
import { algorithmNamed, isIdentifier, proofType, type Algorithm } from '../../protocol.js'
import { parseJsonObject, tokenLimits } from '../../encoding/strict-json.js'
import { seconds } from '../../options/kinds.js'
import type { KeyChallenge, KeySetChallenge } from '../../types.js'
import { RegistryError } from '../registry-error.js'
import type { OpenKeyChallenge, PendingKeySetRecord } from '../store/records.js'

/** Seconds for which a challenge can be answered. It is sent to people, who have office hours and weekends. */
export const challengeLifetime = seconds({ default: 86_400, min: 1, max: 604_800 })

const maxProofLength = 4_096
/** It holds an address of up to 2,048 characters. */
const maxSetProofLength = 8_192

export function newChallenge<About extends Omit<KeyChallenge | KeySetChallenge, 'nonce' | 'exp'>>(
  now: number,
  lifetime: number,
  about: About,
): { readonly challenge: About & { nonce: string; exp: number }; readonly open: OpenKeyChallenge } {
  const nonce = randomBytes(32).toString('base64url')
  const exp = Math.floor(now + lifetime)
  return { challenge: { ...about, nonce, exp }, open: { nonceHash: hashOf(nonce), expiresAt: exp } }
}

/** What a proof is checked with. */
export interface ProvenKey {
  readonly kid: string
  readonly alg: Algorithm
  readonly publicJwk: JWK
}

/** Of which platform, which project and which moment a proof must be. */
export interface ProofContext {
  readonly audience: string
  readonly projectId: string
  /** Epoch seconds. */
  readonly now: number
}

/**
 * Checks that a proof answers the open challenge of a key, to the letter.
 *
 *     { "alg": "ES256", "kid": "key-1", "typ": "project-key-proof+jwt" }
 *     { "aud": "https://platform.example", "proj_id": "shop", "nonce": "pHx...", "exp": 1790000600 }
 *
 * No other member may be there, in the header or in the claims set. Throws `proof_invalid`, which says what is wrong: it goes
 * to who manages the project, to nobody else.
 */
export async function checkProof(
  proof: unknown,
  key: ProvenKey,
  open: OpenKeyChallenge,
  context: ProofContext,
): Promise<void> {
  const read = readProof(proof, [], maxProofLength)
  requireKid(read, key.kid)
  requireAnswer(read, open, context)
  await requireSignature(read, key, context)
}

/** A proof for a key set that answers the open challenge. With which key it was signed is still to be found out. */
export interface SetProof {
  /** The kid, or the thumbprint, of a key of the set. */
  readonly kid: string
  /** Checks that it was signed with this one. */
  readonly requireSignedWith: (key: ProvenKey) => Promise<void>
}

/**
 * Checks, as `checkProof`, whatever can be checked before the set is read. Its claims set has `jwks_uri`, too: the address that was
 * registered.
 */
export function checkSetProof(
  proof: unknown,
  { jwksUri, challenge }: PendingKeySetRecord,
  context: ProofContext,
): SetProof {
  const read = readProof(proof, ['jwks_uri'], maxSetProofLength)
  const { kid } = read.header
  if (!isIdentifier(kid)) throw wrong('its kid must name a key of the set')
  if (read.claims.jwks_uri !== jwksUri) throw wrong('its jwks_uri is not the address that was registered')
  requireAnswer(read, challenge, context)
  return { kid, requireSignedWith: (key) => requireSignature(read, key, context) }
}

interface ReadProof {
  readonly text: string
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
}

function readProof(proof: unknown, moreClaims: readonly string[], maxLength: number): ReadProof {
  if (typeof proof !== 'string' || proof.length > maxLength) {
    throw wrong('it must be the text that proveKeyPossession returned')
  }
  const [header, claims] = proof.split('.', 2).map(readSegment)
  if (header === undefined || claims === undefined) throw wrong('it is not a compact JWS of JSON objects')
  if (header.typ !== proofType) throw wrong(`its typ must be ${proofType}; a project token is no proof`)
  requireOnly(header, ['alg', 'kid', 'typ'], 'header')
  requireOnly(claims, ['aud', 'proj_id', ...moreClaims, 'nonce', 'exp'], 'claims set')
  return { text: proof, header, claims }
}

function requireKid({ header }: ReadProof, kid: string): void {
  if (header.kid !== kid) throw wrong('its kid is not that of the key')
}

function requireAnswer({ claims }: ReadProof, open: OpenKeyChallenge, context: ProofContext): void {
  if (claims.aud !== context.audience) throw wrong('its aud is not the name of this platform')
  if (claims.proj_id !== context.projectId) throw wrong('its proj_id is not that of the project')
  if (claims.exp !== open.expiresAt || !isNonceOf(open, claims.nonce)) {
    throw wrong('its nonce or exp is not that of the newest challenge')
  }
}

async function requireSignature(
  { text, header }: ReadProof,
  key: ProvenKey,
  context: ProofContext,
): Promise<void> {
  if (algorithmNamed(header.alg) !== key.alg) throw wrong(`its alg must be ${key.alg}, that of the key`)
  await verifySignature(text, key, context)
}

async function verifySignature(
  proof: string,
  { publicJwk, alg }: ProvenKey,
  { audience, now }: ProofContext,
): Promise<JWTPayload> {
  try {
    const publicKey = await importJWK({ ...publicJwk }, alg)
    const { payload } = await jwtVerify(proof, publicKey, {
      algorithms: alg === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [alg],
      typ: proofType,
      audience,
      currentDate: new Date(now * 1000),
    })
    return payload
  } catch {
    throw wrong('it was not signed with the private half of the key')
  }
}

function readSegment(segment: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(segment)
  return bytes && parseJsonObject(bytes, tokenLimits)
}

function requireOnly(object: Record<string, unknown>, names: readonly string[], what: string): void {
  const own = Object.keys(object)
  if (own.length === names.length && own.every((name) => names.includes(name))) return
  throw wrong(`its ${what} must have ${names.join(', ')} and nothing else`)
}

function isNonceOf({ nonceHash }: OpenKeyChallenge, nonce: unknown): boolean {
  if (typeof nonce !== 'string') return false
  return timingSafeEqual(Buffer.from(hashOf(nonce)), Buffer.from(nonceHash))
}

function hashOf(nonce: string): string {
  return createHash('sha256').update(nonce).digest('base64url')
}

function wrong(what: string): RegistryError {
  return new RegistryError('proof_invalid', `The proof of possession is refused: ${what}.`)
}
