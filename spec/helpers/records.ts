import { expect } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { ProjectWithKeys } from '../../lib/index.js'
import type { KeyRecord, ProjectChange, ProjectRecord, ProjectStore } from '../../lib/registry/index.js'
import { admitProjectKey } from '../../lib/keys/public-key.js'
import { without } from '../../lib/registry/store/records.js'
import { keyPair } from './keys.js'
import { now } from './mint.js'

export function projectRecord(id: string, override: Partial<ProjectRecord> = {}): ProjectRecord {
  return {
    project: { id, issuer: id, suspended: false },
    createdAt: now,
    updatedAt: now,
    version: 1,
    ...override,
  }
}

/** An active key. Its thumbprint is made up, so that one pair does for many. */
export function keyRecord(kid: string, override: Partial<KeyRecord> = {}): KeyRecord {
  return {
    kid,
    alg: 'ES256',
    publicJwk: keyPair('ES256').publicJwk,
    thumbprint: randomUUID(),
    createdAt: now,
    activatedAt: now,
    ...override,
  }
}

/** A change that makes the project, or takes it to another version. */
export function changeOf(project: ProjectRecord, keys: readonly KeyRecord[] = []): ProjectChange {
  return {
    project,
    keys,
    audit: {
      at: now,
      by: 'a test',
      action: 'project.updated',
      projectId: project.project.id,
      before: {},
      after: {},
    },
  }
}

/** A project with every key that is kept of it. */
export async function wholeProject(
  store: ProjectStore,
  id: string,
): Promise<(ProjectRecord & { readonly keys: readonly KeyRecord[] }) | undefined> {
  const stored = await store.load(id, { now, madeAfter: now })
  if (stored === undefined) return undefined
  return {
    ...without(stored, 'madeKeys', 'hostedKeys', 'hostedKids'),
    keys: await store.listKeys(id, { limit: 10_000 }),
  }
}

/** Fills a store as a key store of fixed projects is filled. */
export async function fill<Store extends ProjectStore>(
  store: Store,
  projects: readonly ProjectWithKeys[],
): Promise<Store> {
  for (const { keys, ...project } of projects) {
    const records = keys.map((input) => {
      const { kid, alg, publicKey, ...times } = admitProjectKey({ id: project.id }, input)
      const { notBefore, notAfter, revokedAt } = times
      return keyRecord(kid, {
        alg,
        publicJwk: publicKey.export({ format: 'jwk' }),
        ...(notBefore !== undefined && { notBefore }),
        ...(notAfter !== undefined && { notAfter }),
        ...(revokedAt !== undefined && { revokedAt }),
      })
    })
    await store.commit(changeOf(projectRecord(project.id, { project }), records))
  }
  return store
}

const anyNumber: unknown = expect.any(Number)

/** What a store says of a change that it has written. */
export const written = { audit: expect.objectContaining({ id: anyNumber }) as unknown }
