import { admitProjectKey, primeModulusRefusal, type PublicKeyInput } from '../../keys/public-key.js'
import { thumbprint } from '../../jwk/thumbprint.js'
import type { AlgorithmName } from '../../protocol.js'
import type { Project } from '../../types.js'
import { change, existing } from './change.js'
import { escaped } from '../../options/option-checks.js'
import {
  checked,
  defaultOverlap,
  invalid,
  optionalName,
  overlapOf,
  readOptions,
  requireName,
  type ChangeOptions,
} from './method-options.js'
import { replaced, requireActive, requireKey, requireRoom, requireUnused } from '../rules/keys.js'
import { keyState } from '../store/key-state.js'
import { requireId } from '../rules/names.js'
import { challengeLifetime, checkProof, newChallenge, type KeyChallenge } from '../rules/possession.js'
import type { ProjectStore } from '../store/project-store.js'
import { without, type KeyRecord, type StoredProject } from '../store/records.js'
import { RegistryError } from '../registry-error.js'
import { inTurn } from '../rules/slow-checks.js'
import { keyView, type KeyView } from '../store/views.js'

export interface RegisterOptions extends ChangeOptions {
  /** The public half: a JWK (object or JSON), or PEM (`-----BEGIN PUBLIC KEY-----`). */
  readonly publicKey: object | string | Uint8Array
  /** 1 to 256 ASCII characters. Default: that of the JWK, else the RFC 7638 thumbprint. */
  readonly kid?: string
  /** Default: that of the JWK, else the usual one for the type of the key. */
  readonly alg?: AlgorithmName
  /** The kid of an active key, which retires when this one is confirmed. */
  readonly replaces?: string
  /** Seconds for which the replaced key stays good after that. Default 86,400 (a day), at most 30 days; 0 revokes it at once. */
  readonly overlap?: number
}

export interface Registration {
  readonly kid: string
  readonly challenge: KeyChallenge
}

export interface ConfirmOptions extends ChangeOptions {
  readonly kid: string
  /** What `proveKeyPossession` of `reverse-jwt/customer` returned. */
  readonly proof: string
}

export function keyRegistration(store: ProjectStore, audience: string, clock: () => number) {
  return {
    async registerKey(projectId: string, options: RegisterOptions): Promise<Registration> {
      const known = { publicKey: true, kid: true, alg: true, replaces: true, overlap: true } as const
      const { by, replaces, overlap: given } = readOptions(options, known)
      requireName('project id', projectId)
      optionalName('replaces', replaces)
      if (given !== undefined && replaces === undefined)
        throw invalid(
          'overlap says how long the replaced key stays good; say with replaces which key that is',
        )
      const overlap = overlapOf(given)
      const admitted = checked(() => admittedKey({ id: projectId }, options))
      const refusal = await inTurn(primeModulusRefusal({ id: projectId }, options.kid, admitted.publicJwk))
      if (refusal !== undefined) throw invalid(refusal.message)
      const kids = replaces === undefined ? [admitted.kid] : [admitted.kid, replaces]
      const named = { kids, thumbprint: admitted.thumbprint }

      const decide = (stored: StoredProject, now: number) => {
        if (replaces !== undefined) requireActive(stored, replaces, now)
        const { kid, alg } = admitted
        const { challenge, open } = newChallenge(now, { aud: audience, proj_id: projectId, kid, alg })
        const key: KeyRecord = {
          ...admitted,
          createdAt: now,
          challenge: { ...open, ...(replaces !== undefined && { overlap }) },
          ...(replaces !== undefined && { replaces }),
        }
        requireUnused(stored, key, now)
        requireRoom({ ...stored, keys: stored.keys.filter((one) => one.kid !== kid) }, now)
        return {
          result: { kid, challenge },
          plan: { action: 'key.registered' as const, by, kid, keys: [key] },
        }
      }
      return change(store, projectId, clock(), decide, named)
    },

    async confirmKey(projectId: string, options: ConfirmOptions): Promise<KeyView> {
      const { by, kid, proof } = readOptions(options, { kid: true, proof: true })
      requireName('project id', projectId)
      requireName('kid', kid)
      const decide = async (stored: StoredProject, now: number) => {
        const key = requireKey(stored, kid)
        const { challenge, thumbprint } = key
        if (challenge === undefined) throw notPending(key, now)
        if (now >= challenge.expiresAt) throw tooLate(kid)
        await checkProof(proof, key, challenge, { audience, projectId, now })
        const rivals = await existing(store, projectId, now, { thumbprint })
        requireUnused({ ...rivals, keys: rivals.keys.filter((one) => one.kid !== kid) }, key, now)
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
function admittedKey(owner: Project, { publicKey, kid, alg }: RegisterOptions): Omit<KeyRecord, 'createdAt'> {
  const isJwk =
    typeof publicKey === 'string'
      ? publicKey.trimStart().startsWith('{')
      : !((publicKey as unknown) instanceof Uint8Array)
  const input: PublicKeyInput = {
    ...(isJwk ? { jwk: publicKey } : { pem: publicKey as string | Uint8Array }),
    ...(kid !== undefined && { kid }),
    ...(alg !== undefined && { alg }),
  }
  const admitted = admitProjectKey(owner, input, { loaded: true })
  requireId('kid', admitted.kid)
  const publicJwk = admitted.publicKey.export({ format: 'jwk' })
  return { kid: admitted.kid, alg: admitted.alg, publicJwk, thumbprint: thumbprint(publicJwk) }
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

function tooLate(kid: string): RegistryError {
  return new RegistryError(
    'challenge_expired',
    `The challenge of the key ${escaped(kid)} has expired; it can be answered for ${challengeLifetime / 60} minutes. Register the key again.`,
  )
}
