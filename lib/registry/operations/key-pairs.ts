import { generateProjectKey, type ProjectKeyPair } from '../../jwk/generate.js'
import { thumbprint } from '../../jwk/thumbprint.js'
import { algorithmNamed, algorithmNames, type Algorithm } from '../../protocol.js'
import { invalid } from './method-options.js'
import { without, type KeyRecord } from '../store/records.js'

export function algorithmOf(name: unknown): Algorithm {
  const alg = algorithmNamed(name)
  if (alg !== undefined) return alg
  throw invalid(`alg must be one of ${algorithmNames}`)
}

/** One pair, made when it is first needed: an attempt that is repeated must not make another. */
export function pairFor(alg: Algorithm): () => Promise<ProjectKeyPair> {
  let pair: Promise<ProjectKeyPair> | undefined
  return () => (pair ??= generateProjectKey(alg))
}

/** The public half, active at once: who made the pair needs no proof. */
export function newKey({ publicJwk, kid }: ProjectKeyPair, now: number): KeyRecord {
  const members = without(publicJwk, 'kid', 'alg', 'use')
  return {
    kid,
    alg: algorithmOf(publicJwk.alg),
    publicJwk: members,
    thumbprint: thumbprint(members),
    createdAt: now,
    activatedAt: now,
  }
}
