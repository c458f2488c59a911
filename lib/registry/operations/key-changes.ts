import type { ProjectKeyPair } from '../../jwk/generate.js'
import type { AlgorithmName } from '../../protocol.js'
import { change, existing, noProject } from './change.js'
import { escaped } from '../../options/option-checks.js'
import {
  invalid,
  optionalName,
  overlapOf,
  readOptions,
  requireName,
  type ChangeOptions,
} from './method-options.js'
import { algorithmOf, newKey, pairFor } from './key-pairs.js'
import { noKey, replaced, requireActive, requireKey, requireRoom } from '../rules/keys.js'
import { keyState } from '../store/key-state.js'
import type { ProjectStore } from '../store/project-store.js'
import type { KeyRecord, RevocationReason, StoredProject } from '../store/records.js'
import { RegistryError } from '../registry-error.js'
import { keyView, type KeyView } from '../store/views.js'

export interface GenerateOptions extends ChangeOptions {
  /** Default ES256. */
  readonly alg?: AlgorithmName
}

export interface RotateOptions extends ChangeOptions {
  /** The key to retire. Default: the only active one. */
  readonly kid?: string
  /** Seconds for which the old key stays good. Default 86,400 (a day), at most 30 days; 0 revokes it at once. */
  readonly overlap?: number
  /** Default: that of the old key. */
  readonly alg?: AlgorithmName
  /** A name for this one rotation, 1 to 256 characters: with it the call can be repeated until it is answered. */
  readonly idempotencyKey?: string
}

export interface Rotation {
  readonly kid: string
  readonly publicJwk: ProjectKeyPair['publicJwk']
  /** PKCS#8 PEM, told this one time. Absent when `repeated`. */
  readonly privateKey?: string
  /** The old key, and the epoch seconds at which it ends. */
  readonly retiring: { readonly kid: string; readonly until: number }
  /** Whether an earlier call with the same idempotency key had made the rotation already. */
  readonly repeated: boolean
}

export interface RevokeOptions extends ChangeOptions {
  readonly reason: RevocationReason
}

export interface Revocation {
  readonly key: KeyView
  /** Present when the project has no key left that can sign. */
  readonly warning?: string
}

const reasons: Readonly<Record<RevocationReason, true>> = {
  exposed: true,
  compromised: true,
  superseded: true,
  unused: true,
  other: true,
}

export function keyChanges(store: ProjectStore, clock: () => number) {
  return {
    async generateKey(projectId: string, options: GenerateOptions): Promise<ProjectKeyPair> {
      const { by, alg = 'ES256' } = readOptions(options, { alg: true })
      requireName('project id', projectId)
      const pairOnce = pairFor(algorithmOf(alg))
      return change(store, projectId, clock(), async (stored, now) => {
        requireRoom(stored, now)
        const pair = await pairOnce()
        const key = newKey(pair, now)
        return { result: pair, plan: { action: 'key.generated', by, kid: key.kid, keys: [key] } }
      })
    },

    async rotateKey(projectId: string, options: RotateOptions): Promise<Rotation> {
      const known = { kid: true, overlap: true, alg: true, idempotencyKey: true } as const
      const { by, kid, alg, idempotencyKey, overlap: given } = readOptions(options, known)
      const overlap = overlapOf(given)
      const wanted = alg === undefined ? undefined : algorithmOf(alg)
      requireName('project id', projectId)
      optionalName('kid', kid)
      optionalName('idempotencyKey', idempotencyKey)
      let pairOnce: (() => Promise<ProjectKeyPair>) | undefined
      const named = {
        ...(kid !== undefined && { kids: [kid] }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      }

      return change(
        store,
        projectId,
        clock(),
        async (stored, now) => {
          const made =
            idempotencyKey === undefined
              ? undefined
              : stored.keys.find((key) => key.idempotencyKey === idempotencyKey)
          if (made?.replaces !== undefined) {
            const before = await existing(store, projectId, now, { kids: [made.replaces] })
            return { result: repeatedRotation(made, requireKey(before, made.replaces), kid) }
          }
          const old = kid === undefined ? onlyActive(stored, now) : requireActive(stored, kid, now)
          const retiring = replaced(old, now, overlap)
          const keys = stored.keys.map((key) => (key === old ? retiring : key))
          requireRoom({ ...stored, keys }, now)
          const pair = await (pairOnce ??= pairFor(wanted ?? old.alg))()
          const added: KeyRecord = {
            ...newKey(pair, now),
            replaces: old.kid,
            ...(idempotencyKey !== undefined && { idempotencyKey }),
          }
          return {
            result: { ...pair, retiring: { kid: old.kid, until: now + overlap }, repeated: false },
            plan: { action: 'key.rotated', by, kid: added.kid, keys: [retiring, added] },
          }
        },
        named,
      )
    },

    async revokeKey(projectId: string, kid: string, options: RevokeOptions): Promise<Revocation> {
      const { by, reason } = readOptions(options, { reason: true })
      requireName('project id', projectId)
      requireName('kid', kid)
      if (typeof (reason as unknown) !== 'string' || !Object.hasOwn(reasons, reason))
        throw invalid(`reason must be one of ${Object.keys(reasons).join(', ')}`)

      const at = clock()
      const outcome = await store.revoke({ projectId, kid, reason, by, at })
      if (outcome === 'project_not_found') throw noProject(projectId)
      if (outcome === 'key_not_found') throw noKey(projectId, kid)
      return { key: keyView(outcome.key, at), ...(!outcome.othersUsable && { warning: noKeyLeft }) }
    },
  }
}

const noKeyLeft =
  'The project has no key left that can sign: all its tokens are refused until it has a new key.'

function onlyActive(stored: StoredProject, now: number): KeyRecord {
  const [first, ...others] = stored.keys.filter((key) => keyState(key, now) === 'active')
  if (first === undefined) {
    throw new RegistryError(
      'key_not_active',
      `The project ${escaped(stored.project.id)} has no active key to rotate. Generate or register one.`,
    )
  }
  if (others.length === 0) return first
  throw invalid(`The project has ${others.length + 1} active keys; say with kid which one is to retire`)
}

/** What the same call answered before, but for the private half, which was never kept. */
function repeatedRotation(made: KeyRecord, old: KeyRecord, kid: string | undefined): Rotation {
  if (kid !== undefined && kid !== old.kid)
    throw invalid('This idempotencyKey belongs to the rotation of another key; use a new one')
  return {
    kid: made.kid,
    publicJwk: keyView(made, 0).publicJwk,
    retiring: { kid: old.kid, until: old.notAfter ?? 0 },
    repeated: true,
  }
}
