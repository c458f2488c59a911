import { admitProjectKey, primeModulusRefusal } from '../../keys/public-key.js'
import { thumbprint } from '../../jwk/thumbprint.js'
import { algorithm, identifier, required, unchecked } from '../../options/kinds.js'
import { argumentReader, givenMembers, type OptionsOf } from '../../options/options.js'
import { escaped } from '../../options/quoted.js'
import type { AlgorithmName } from '../../protocol.js'
import type { Clock } from '../../time/clock.js'
import type { KeyChallenge, Project } from '../../types.js'
import { checkRequest, invalid, RegistryError } from '../registry-error.js'
import {
  replaced,
  requireActive,
  requireKey,
  requireNotHosted,
  requireRoom,
  requireUnused,
} from '../rules/keys.js'
import { newId } from '../rules/names.js'
import { defaultOverlap, overlap } from '../rules/overlap.js'
import { checkProof, newChallenge } from '../rules/possession.js'
import { inTurn } from '../rules/slow-checks.js'
import { isLive, keyState } from '../store/key-state.js'
import type { ProjectStore } from '../store/project-store.js'
import { without, type KeyRecord, type StoredProject } from '../store/records.js'
import { keyView, type KeyView } from '../store/views.js'
import { change, existing } from './change.js'
import { projectChangeReader, type RegistryChangeOptions } from './method-options.js'

/**
 * The public half is given as exactly one of `jwk` and `pem`. Both names take every form that `admitProjectKey` takes: a JWK, its
 * JSON, PEM, DER, base64 of them, a KeyObject, a CryptoKey.
 */
export interface RegisterKeyOptions extends RegistryChangeOptions {
  readonly jwk?: object | string
  readonly pem?: object | string
  /** 1 to 256 ASCII characters. Default: that of the JWK, else the RFC 7638 thumbprint. */
  readonly kid?: string
  /** Default: that of the JWK, else ES256, ES384 or ES512 by the curve, RS256 for RSA, EdDSA for Ed25519. */
  readonly alg?: AlgorithmName
  /** The kid of an active key, which retires when this one is confirmed. */
  readonly replaces?: string
  /**
   * Seconds for which the replaced key stays good after that. Default 86,400 (a day), at most 30 days; 0 revokes it at once.
   */
  readonly overlap?: number
}

export interface KeyRegistration {
  readonly kid: string
  readonly challenge: KeyChallenge
}

export interface ConfirmKeyOptions extends RegistryChangeOptions {
  readonly kid: string
  /** What `proveKeyPossession` of `reverse-jwt/customer` returned. */
  readonly proof: string
}

/** A public key is left to `admitProjectKey`, a proof to `checkProof`. */
const read = {
  registerKey: projectChangeReader('registerKey', {
    jwk: unchecked,
    pem: unchecked,
    kid: identifier,
    alg: algorithm,
    replaces: identifier,
    overlap,
  } satisfies OptionsOf<Omit<RegisterKeyOptions, 'by'>>),
  confirmKey: projectChangeReader('confirmKey', {
    kid: required(identifier, 'that of the registration'),
    proof: unchecked,
  } satisfies OptionsOf<Omit<ConfirmKeyOptions, 'by'>>),
}

const readNewKid = argumentReader('registerKey', 'kid', newId)

export interface KeyRegistrationSettings {
  readonly audience: string
  /** Seconds. */
  readonly challengeLifetime: number
}

export function keyRegistration(
  store: ProjectStore,
  { audience, challengeLifetime }: KeyRegistrationSettings,
  clock: Clock,
) {
  return {
    async registerKey(id: string, options: RegisterKeyOptions): Promise<KeyRegistration> {
      const { by, projectId, replaces, overlap, ...publicHalf } = read.registerKey(id, options)
      if (overlap !== undefined && replaces === undefined) {
        throw invalid(
          'registerKey: overlap says how long the replaced key stays good; say with replaces which key that is',
        )
      }
      const owner = { id: projectId }
      const admitted = checkRequest(() => admittedKey(owner, publicHalf))
      const refusal = await inTurn(primeModulusRefusal(owner, publicHalf.kid, admitted.publicJwk))
      if (refusal !== undefined) throw invalid(refusal.message)
      const kids = replaces === undefined ? [admitted.kid] : [admitted.kid, replaces]
      const named = { kids, thumbprint: admitted.thumbprint }

      const decide = (stored: StoredProject, now: number) => {
        if (replaces !== undefined) requireActive(stored, replaces, now)
        const { kid, alg } = admitted
        const about = { aud: audience, proj_id: projectId, kid, alg }
        const { challenge, open } = newChallenge(now, challengeLifetime, about)
        const key: KeyRecord = {
          ...admitted,
          createdAt: now,
          challenge: { ...open, ...(replaces !== undefined && { overlap: overlap ?? defaultOverlap }) },
          ...(replaces !== undefined && { replaces }),
        }
        requireUnused(stored, key, now)
        requireNotHosted(stored, key)
        // One that waits already, and is challenged anew, takes no more room.
        if (!stored.keys.some((one) => one.kid === kid && isLive(one, now))) requireRoom(stored, now)
        return {
          result: { kid, challenge },
          plan: { action: 'key.registered' as const, by, kid, keys: [key] },
        }
      }
      return change(store, projectId, clock(), decide, named)
    },

    async confirmKey(id: string, options: ConfirmKeyOptions): Promise<KeyView> {
      const { by, projectId, kid, proof } = read.confirmKey(id, options)
      const decide = async (stored: StoredProject, now: number) => {
        const key = requireKey(stored, kid)
        const { challenge, thumbprint } = key
        if (challenge === undefined) throw notPending(key, now)
        if (now >= challenge.expiresAt) throw challengeExpired(kid)
        await checkProof(proof, key, challenge, { audience, projectId, now })
        const sameKeys = await existing(store, projectId, now, { thumbprint })
        requireUnused({ ...sameKeys, keys: sameKeys.keys.filter((one) => one.kid !== kid) }, key, now)
        // What came into the set meanwhile does not stand in the way of a key that was registered before, unless it was revoked there.
        const denied = [...stored.hostedKeys, ...sameKeys.hostedKeys].filter(
          (one) => one.deniedAt !== undefined,
        )
        requireNotHosted({ ...sameKeys, hostedKeys: denied }, key)
        const active: KeyRecord = { ...without(key, 'challenge'), activatedAt: now }
        const retired = retiredBy(key, stored, now)
        return {
          result: keyView(active, now),
          plan: { action: 'key.confirmed' as const, by, kid, keys: [...retired, active] },
        }
      }
      return change(store, projectId, clock(), decide, { kids: [kid] })
    },
  }
}

/** All checks that a stored key has to pass but for the slow one, and no owner yet. */
function admittedKey(owner: Project, publicHalf: object): Omit<KeyRecord, 'createdAt'> {
  const { kid, alg, publicKey } = admitProjectKey(owner, givenMembers(publicHalf), {
    loaded: true,
  })
  readNewKid(kid)
  const publicJwk = publicKey.export({ format: 'jwk' })
  return { kid, alg, publicJwk, thumbprint: thumbprint(publicJwk) }
}

/** The replaced key with its end; nothing when it has ended, or ends sooner anyway. */
function retiredBy({ replaces, challenge }: KeyRecord, stored: StoredProject, now: number): KeyRecord[] {
  const old = stored.keys.find(({ kid }) => kid === replaces)
  if (old === undefined || keyState(old, now) !== 'active') return []
  return [replaced(old, now, challenge?.overlap ?? defaultOverlap)]
}

function notPending(key: KeyRecord, now: number): RegistryError {
  const state = keyState(key, now)
  const kid = escaped(key.kid)
  if (state === 'revoked') return new RegistryError('key_not_active', `The key ${kid} is revoked.`)
  return new RegistryError(
    'challenge_used',
    `The challenge of the key ${kid} was answered already; the key is ${state}.`,
  )
}

function challengeExpired(kid: string): RegistryError {
  return new RegistryError(
    'challenge_expired',
    `The challenge of the key ${escaped(kid)} has expired. Register the key again, for a new one.`,
  )
}
