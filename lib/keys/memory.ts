import { unchecked } from '../options/kinds.js'
import { mayBeUndefined } from '../options/options.js'
import { quoted } from '../options/quoted.js'
import type { Project, ProjectKey } from '../types.js'
import type { KeyStore } from './key-store.js'
import { admitProject } from './project.js'
import { admitProjectKey, type PublicKeyInput } from './public-key.js'

/** A project together with its public keys. */
export interface ProjectWithKeys extends Project {
  readonly keys: readonly PublicKeyInput[]
}

/**
 * Projects and keys that are known at start-up and stay as they are.
 *
 * Throws a TypeError for a project or key that is not admitted, for two projects with one id, and for two keys of a
 * project with one kid. See `admitProjectKey` for what is checked.
 *
 * @example
 * const keyStore = new MemoryKeyStore([
 *   { id: 'shop', allowedOrigins: ['https://shop.example'], keys: [{ pem: process.env.SHOP_PUBLIC_KEY }] },
 * ])
 */
export class MemoryKeyStore implements KeyStore {
  private readonly projects = new Map<string, Map<string, ProjectKey>>()

  constructor(projects: readonly ProjectWithKeys[]) {
    requireList(projects, 'MemoryKeyStore takes a list of projects')
    for (const given of projects) {
      requireObject(given)
      const { keys } = given
      const project = admitProject(given, { keys: mayBeUndefined(unchecked) })
      if (this.projects.has(project.id))
        throw new TypeError(`MemoryKeyStore: there are two projects${quoted(project.id) || ' with one id'}`)
      requireList(
        keys,
        `MemoryKeyStore: project${quoted(project.id)} needs keys, a list of { jwk } or { pem }`,
      )
      this.projects.set(project.id, admitKeys(project, keys))
    }
  }

  find(projectId: string, kid: string): ProjectKey | undefined {
    return this.projects.get(projectId)?.get(kid)
  }
}

function admitKeys(project: Project, inputs: readonly PublicKeyInput[]): Map<string, ProjectKey> {
  const keys = new Map<string, ProjectKey>()
  for (const input of inputs) {
    const key = admitProjectKey(project, input)
    if (keys.has(key.kid)) {
      throw new TypeError(
        `MemoryKeyStore: project${quoted(project.id)} has two keys${quoted(key.kid) || ' with one kid'}`,
      )
    }
    keys.set(key.kid, key)
  }
  return keys
}

/** Callers without TypeScript pass anything. */
function requireList(value: unknown, otherwise: string): void {
  if (!Array.isArray(value)) throw new TypeError(otherwise)
}

function requireObject(value: unknown): void {
  if (typeof value !== 'object' || value === null)
    throw new TypeError('MemoryKeyStore: each project must be an object with id and keys')
}
