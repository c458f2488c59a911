import { createHash, randomBytes, timingSafeEqual, type JsonWebKey } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { jwtVerify } from 'jose/jwt/verify'
import { importJWK } from 'jose/key/import'
import { decodeBase64url } from '../../encoding/base64url.js'
import { algorithmNamed, proofType, type Algorithm } from '../../protocol.js'
import { parseJsonObject, tokenLimits } from '../../encoding/strict-json.js'
import { seconds } from '../../options/kinds.js'
import type { KeyChallenge } from '../../types.js'
import { RegistryError } from '../registry-error.js'
import type { KeyRecord, OpenKeyChallenge } from '../store/records.js'

/** Seconds for which a challenge can be answered. It is sent to people, who have office hours and weekends. */
export const challengeLifetime = seconds({ default: 86_400, min: 1, max: 604_800 })

const maxProofLength = 4096

export function newChallenge(
  now: number,
  lifetime: number,
  about: Omit<KeyChallenge, 'nonce' | 'exp'>,
): { readonly challenge: KeyChallenge; readonly open: OpenKeyChallenge } {
  const nonce = randomBytes(32).toString('base64url')
  const exp = Math.floor(now + lifetime)
  return { challenge: { ...about, nonce, exp }, open: { nonceHash: hashOf(nonce), expiresAt: exp } }
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
  key: KeyRecord,
  open: OpenKeyChallenge,
  about: { readonly audience: string; readonly projectId: string; readonly now: number },
): Promise<void> {
  if (typeof proof !== 'string' || proof.length > maxProofLength) {
    throw wrong('it must be the text that proveKeyPossession returned')
  }
  const [header, claims] = proof.split('.', 2).map(readSegment)
  if (header === undefined || claims === undefined) throw wrong('it is not a compact JWS of JSON objects')
  if (header.typ !== proofType) throw wrong(`its typ must be ${proofType}; a project token is no proof`)
  requireOnly(header, ['alg', 'kid', 'typ'], 'header')
  requireOnly(claims, ['aud', 'proj_id', 'nonce', 'exp'], 'claims set')
  if (header.kid !== key.kid) throw wrong('its kid is not that of the key')
  if (algorithmNamed(header.alg) !== key.alg) throw wrong(`its alg must be ${key.alg}, that of the key`)
  if (claims.aud !== about.audience) throw wrong('its aud is not the name of this platform')
  if (claims.proj_id !== about.projectId) throw wrong('its proj_id is not that of the project')
  if (claims.exp !== open.expiresAt || !isNonceOf(open, claims.nonce)) {
    throw wrong('its nonce or exp is not that of the newest challenge for this key')
  }
  await verifySignature(proof, key, about)
}

async function verifySignature(
  proof: string,
  { publicJwk, alg }: { readonly publicJwk: JsonWebKey; readonly alg: Algorithm },
  { audience, now }: { readonly audience: string; readonly now: number },
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
    throw wrong('it was not signed with the private half of the registered key')
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
