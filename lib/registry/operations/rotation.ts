import type { ProjectKeyPair } from '../../jwk/generate.js'
import { algorithm, identifier } from '../../options/kinds.js'
import type { OptionsOf } from '../../options/options.js'
import { escaped } from '../../options/quoted.js'
import type { AlgorithmName } from '../../protocol.js'
import type { Clock } from '../../time/clock.js'
import { invalid, RegistryError } from '../registry-error.js'
import { replaced, requireActive, requireKey, requireRoom } from '../rules/keys.js'
import { defaultOverlap, overlap } from '../rules/overlap.js'
import { keyState } from '../store/key-state.js'
import type { ProjectStore } from '../store/project-store.js'
import type { KeyRecord, StoredProject } from '../store/records.js'
import { keyView } from '../store/views.js'
import { change, existing, type Decision } from './change.js'
import { newKey, pairMaker } from './generation.js'
import { projectChangeReader, type RegistryChangeOptions } from './method-options.js'

export interface RotateKeyOptions extends RegistryChangeOptions {
  /** The key to retire. Default: the only active one. */
  readonly kid?: string
  /** Seconds for which the old key stays good. Default 86,400 (a day), at most 30 days; 0 revokes it at once. */
  readonly overlap?: number
  /** Default: that of the old key. */
  readonly alg?: AlgorithmName
  /** A name for this one rotation, 1 to 256 characters: with it the call can be repeated until it is answered. */
  readonly idempotencyKey?: string
}

export interface KeyRotation {
  readonly kid: string
  readonly publicJwk: ProjectKeyPair['publicJwk']
  /** PKCS#8 PEM, in this one answer. Absent when `repeated`. */
  readonly privateKey?: string
  /** The old key, and the epoch seconds at which it ends. */
  readonly retiring: { readonly kid: string; readonly until: number }
  /** Whether an earlier call with the same idempotency key had made the rotation already. */
  readonly repeated: boolean
}

const readOptions = projectChangeReader('rotateKey', {
  kid: identifier,
  overlap,
  alg: algorithm,
  idempotencyKey: identifier,
} satisfies OptionsOf<Omit<RotateKeyOptions, 'by'>>)

export function keyRotation(store: ProjectStore, clock: Clock) {
  return {
    async rotateKey(id: string, options: RotateKeyOptions): Promise<KeyRotation> {
      const { by, projectId, kid, overlap = defaultOverlap, alg, idempotencyKey } = readOptions(id, options)
      const makePair = pairMaker()

      const rotate = async (stored: StoredProject, now: number): Promise<Decision<KeyRotation>> => {
        const made = stored.keys.find(
          (key) => idempotencyKey !== undefined && key.idempotencyKey === idempotencyKey,
        )
        if (made?.replaces !== undefined) {
          const before = await existing(store, projectId, now, { kids: [made.replaces] })
          return { result: repeatedRotation(made, requireKey(before, made.replaces), kid) }
        }
        const old = kid === undefined ? onlyActive(stored, now) : requireActive(stored, kid, now)
        const retiring = replaced(old, now, overlap)
        const keys = stored.keys.map((key) => (key === old ? retiring : key))
        requireRoom({ ...stored, keys }, now)
        const pair = await makePair(alg ?? old.alg)
        const added: KeyRecord = {
          ...newKey(pair, now),
          replaces: old.kid,
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        }
        return {
          result: { ...pair, retiring: { kid: old.kid, until: now + overlap }, repeated: false },
          plan: { action: 'key.rotated', by, kid: added.kid, keys: [retiring, added] },
        }
      }
      return change(store, projectId, clock(), rotate, {
        ...(kid !== undefined && { kids: [kid] }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      })
    },
  }
}

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
function repeatedRotation(made: KeyRecord, old: KeyRecord, kid: string | undefined): KeyRotation {
  if (kid !== undefined && kid !== old.kid)
    throw invalid('This idempotencyKey belongs to the rotation of another key; use a new one')
  return {
    kid: made.kid,
    publicJwk: keyView(made, 0).publicJwk,
    retiring: { kid: old.kid, until: old.notAfter ?? 0 },
    repeated: true,
  }
}
