import type { ProjectKey } from '../types.js'
import type { AuditRecord } from './audit-record.js'
import { loadedKey } from './loaded-key.js'
import type {
  AuditPage,
  ChangeListener,
  ChangeOutcome,
  Page,
  ProjectChange,
  ProjectStore,
} from './project-store.js'
import type { KeyRecord, KeyUse, ProjectRecord, StoredProject } from './records.js'

interface Entry {
  project: ProjectRecord
  readonly keys: Map<string, KeyRecord>
}

/**
 * Projects and keys in the memory of one process, for tests and for a first try. Everything is gone when the process ends.
 *
 * @example
 * const registry = createRegistry({ store: new MemoryProjectStore(), audience: 'https://platform.example' })
 */
export class MemoryProjectStore implements ProjectStore {
  private readonly entries = new Map<string, Entry>()
  private readonly records: AuditRecord[] = []
  /** Thumbprints of keys that are or were active, with their owner. */
  private readonly thumbprints = new Map<string, string>()
  private readonly listeners = new Set<ChangeListener>()

  find(projectId: string, kid: string): ProjectKey | undefined {
    const entry = this.entries.get(projectId)
    const key = entry?.keys.get(kid)
    if (key?.activatedAt === undefined || entry === undefined || entry.project.deletedAt !== undefined)
      return undefined
    return loadedKey(entry.project.project, key)
  }

  load(projectId: string): Promise<StoredProject | undefined> {
    const entry = this.entries.get(projectId)
    return Promise.resolve(
      entry && structuredClone({ ...entry.project, keys: Array.from(entry.keys.values()) }),
    )
  }

  commit(change: ProjectChange): Promise<ChangeOutcome> {
    return Promise.resolve(this.write(structuredClone(change)))
  }

  private write({ project, keys, audit }: ProjectChange): ChangeOutcome {
    const { id } = project.project
    const entry = this.entries.get(id)
    if (project.version === 1 && entry !== undefined) return 'project_exists'
    if (project.version !== (entry?.project.version ?? 0) + 1) return 'stale'
    const activated = keys.filter(({ activatedAt }) => activatedAt !== undefined)
    const owner = (kid: string) => JSON.stringify([id, kid])
    const taken = activated.some(
      ({ thumbprint, kid }) => (this.thumbprints.get(thumbprint) ?? owner(kid)) !== owner(kid),
    )
    if (taken) return 'key_exists'

    const written = entry ?? { project, keys: new Map<string, KeyRecord>() }
    written.project = project
    for (const { lastUsedAt, ...key } of keys) {
      const used = written.keys.get(key.kid)?.lastUsedAt ?? lastUsedAt
      written.keys.set(key.kid, used === undefined ? key : { ...key, lastUsedAt: used })
    }
    for (const { thumbprint, kid } of activated) this.thumbprints.set(thumbprint, owner(kid))
    this.entries.set(id, written)
    this.records.push({ ...audit, id: this.records.length + 1 })
    for (const listener of this.listeners) listener(id)
    return 'done'
  }

  list({ after, limit }: Page): Promise<ProjectRecord[]> {
    const page = Array.from(this.entries.values(), ({ project }) => project)
      .filter(({ deletedAt }) => deletedAt === undefined)
      .sort((a, b) => byCodePoint(a.project.id, b.project.id))
      .filter(({ project }) => after === undefined || byCodePoint(project.id, after) > 0)
      .slice(0, limit)
    return Promise.resolve(structuredClone(page))
  }

  audit({ projectId, before = Infinity, limit }: AuditPage): Promise<AuditRecord[]> {
    const page = this.records
      .toReversed()
      .filter((record) => record.id < before && (projectId === undefined || record.projectId === projectId))
      .slice(0, limit)
    return Promise.resolve(structuredClone(page))
  }

  touch(uses: readonly KeyUse[]): Promise<void> {
    for (const { projectId, kid, at } of uses) {
      const keys = this.entries.get(projectId)?.keys
      const key = keys?.get(kid)
      if (key !== undefined && at > (key.lastUsedAt ?? -Infinity)) keys?.set(kid, { ...key, lastUsedAt: at })
    }
    return Promise.resolve()
  }

  watch(listener: ChangeListener): Promise<() => Promise<void>> {
    // Two watches may share a function.
    const tell: ChangeListener = (projectId) => {
      listener(projectId)
    }
    this.listeners.add(tell)
    return Promise.resolve(() => {
      this.listeners.delete(tell)
      return Promise.resolve()
    })
  }
}

/** As UTF-8 bytes sort, and so a database. UTF-16 units do not. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
