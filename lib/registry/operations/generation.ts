import { generateProjectKey, type ProjectKeyPair } from '../../jwk/generate.js'
import { thumbprint } from '../../jwk/thumbprint.js'
import { algorithm } from '../../options/kinds.js'
import type { OptionsOf } from '../../options/options.js'
import type { Algorithm, AlgorithmName } from '../../protocol.js'
import type { Clock } from '../../time/clock.js'
import { requireRoom } from '../rules/keys.js'
import type { ProjectStore } from '../store/project-store.js'
import { without, type KeyRecord } from '../store/records.js'
import { change } from './change.js'
import { projectChangeReader, type RegistryChangeOptions } from './method-options.js'

export interface GenerateKeyOptions extends RegistryChangeOptions {
  /** Default ES256. */
  readonly alg?: AlgorithmName
}

const readOptions = projectChangeReader('generateKey', { alg: algorithm } satisfies OptionsOf<
  Omit<GenerateKeyOptions, 'by'>
>)

export function keyGeneration(store: ProjectStore, clock: Clock) {
  return {
    async generateKey(id: string, options: GenerateKeyOptions): Promise<ProjectKeyPair> {
      const { by, projectId, alg = 'ES256' } = readOptions(id, options)
      const makePair = pairMaker()
      return change(store, projectId, clock(), async (stored, now) => {
        requireRoom(stored, now)
        const pair = await makePair(alg)
        const key = newKey(pair, now)
        return { result: pair, plan: { action: 'key.generated', by, kid: key.kid, keys: [key] } }
      })
    },
  }
}

/** Makes one pair when it is first asked: an attempt that is repeated must not make another. */
export function pairMaker(): (alg: Algorithm) => Promise<ProjectKeyPair> {
  let pair: Promise<ProjectKeyPair> | undefined
  return (alg) => (pair ??= generateProjectKey(alg))
}

/** The public half, active at once: who made the pair needs no proof. */
export function newKey({ publicJwk, kid }: ProjectKeyPair, now: number): KeyRecord {
  const members = without(publicJwk, 'kid', 'alg', 'use')
  return {
    kid,
    alg: publicJwk.alg as Algorithm,
    publicJwk: members,
    thumbprint: thumbprint(members),
    createdAt: now,
    activatedAt: now,
  }
}
