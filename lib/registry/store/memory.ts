import { optionsReader, type OptionsOf } from '../../options/options.js'
import type { StoredRevocations } from '../../revocations/condensed.js'
import { retention } from '../../revocations/revocation-list.js'
import { clock, readClock, type Clock } from '../../time/clock.js'
import type { ExpiringKey, HostedKeySet, ProjectKey } from '../../types.js'
import type { AuditRecord } from './audit-record.js'
import { isLive, isUsable } from './key-state.js'
import { byAge, byCodePoint } from './key-order.js'
import { loadedKey } from './loaded-key.js'
import type {
  AuditRange,
  DueKeySet,
  DueKeySetRange,
  ProjectChangeListener,
  ProjectChangeOutcome,
  KeyRange,
  KeyRevocationChange,
  KeySelection,
  KeySetRead,
  ProjectOrigins,
  ProjectRange,
  ProjectWatch,
  ProjectChange,
  ProjectStore,
  KeyRevocationOutcome,
  SessionEnd,
} from './project-store.js'
import {
  without,
  type HostedKeyRecord,
  type KeyRecord,
  type KeyUse,
  type ProjectRecord,
  type StoredProject,
} from './records.js'
import { expiringOf, maxExpiringKeys } from './expiring-keys.js'
import { HostedSets } from './hosted-sets.js'
import { SingleSessions } from './single-sessions.js'
import { keyView } from './views.js'

interface Entry {
  project: ProjectRecord
  readonly keys: Map<string, KeyRecord>
}

export interface MemoryProjectStoreOptions {
  /** Epoch seconds, for `revocations`. Default: the system's clock. */
  readonly clock?: () => number
}

const readOptions = optionsReader('MemoryProjectStore', {
  clock,
} satisfies OptionsOf<MemoryProjectStoreOptions>)

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
  private readonly listeners = new Set<ProjectChangeListener>()
  private readonly sessions = new SingleSessions()
  private readonly sets = new HostedSets()
  private readonly clock: Clock
  private generatedAt = -Infinity

  /** Throws a TypeError for a wrong option. */
  constructor(options: MemoryProjectStoreOptions = {}) {
    this.clock = readOptions(options).clock
  }

  find(projectId: string, kid: string): ProjectKey | undefined {
    const entry = this.entries.get(projectId)
    const key = entry?.keys.get(kid)
    if (key === undefined || entry === undefined || entry.project.deletedAt !== undefined) return undefined
    if (key.activatedAt === undefined && key.revokedAt === undefined) return undefined
    return loadedKey(entry.project.project, key)
  }

  load(projectId: string, selection: KeySelection): Promise<StoredProject | undefined> {
    const entry = this.entries.get(projectId)
    if (entry === undefined) return Promise.resolve(undefined)
    const { now, madeAfter, kids = [], thumbprint, idempotencyKey } = selection
    const all = inOrder(entry)
    const sameKey = all.find((key) => key.thumbprint === thumbprint && !isRegistration(key))
    const keys = all.filter(
      (key) =>
        isLive(key, now) ||
        kids.includes(key.kid) ||
        key === sameKey ||
        (idempotencyKey !== undefined && key.idempotencyKey === idempotencyKey),
    )
    const madeKeys = all.filter(({ createdAt }) => createdAt > madeAfter).length
    const hosted = this.sets.selected(projectId, selection)
    return Promise.resolve(structuredClone({ ...this.recordOf(entry), keys, madeKeys, ...hosted }))
  }

  commit(change: ProjectChange): Promise<ProjectChangeOutcome> {
    return Promise.resolve(this.write(structuredClone(change)))
  }

  private write({ project, keys, hostedKeys = [], audit }: ProjectChange): ProjectChangeOutcome {
    const { id } = project.project
    const entry = this.entries.get(id)
    if (project.version === 1 && entry !== undefined) return 'project_exists'
    if (project.version !== (entry?.project.version ?? 0) + 1) return 'stale'
    const activated = keys.filter(({ activatedAt }) => activatedAt !== undefined)
    const owner = (kid: string) => JSON.stringify([id, kid])
    const isOwnedByOther = activated.some(
      ({ thumbprint, kid }) => (this.thumbprints.get(thumbprint) ?? owner(kid)) !== owner(kid),
    )
    if (isOwnedByOther) return 'key_exists'

    const written = entry ?? { project, keys: new Map<string, KeyRecord>() }
    written.project = project
    for (const key of written.keys.values()) {
      if (isRegistration(key) && !isLive(key, audit.at)) written.keys.delete(key.kid)
    }
    for (const key of keys) {
      const used = written.keys.get(key.kid)?.lastUsedAt
      const unused = without(key, 'lastUsedAt')
      written.keys.set(key.kid, used === undefined ? unused : { ...unused, lastUsedAt: used })
    }
    for (const { thumbprint, kid } of activated) this.thumbprints.set(thumbprint, owner(kid))
    this.entries.set(id, written)
    this.sets.write(project, hostedKeys)
    return { audit: this.record(audit) }
  }

  revoke({ projectId, kid, reason, by, at }: KeyRevocationChange): Promise<KeyRevocationOutcome> {
    const entry = this.entries.get(projectId)
    if (entry === undefined || entry.project.deletedAt !== undefined)
      return Promise.resolve('project_not_found')
    const key = entry.keys.get(kid)
    const othersUsable =
      inOrder(entry).some((other) => other !== key && isUsable(other, at)) ||
      this.sets.hasOther(entry.project, kid)
    if (key === undefined) {
      const denied = this.sets.deny(entry.project, { kid, reason, at })
      if (typeof denied === 'string') return Promise.resolve(denied)
      const { hostedKey, snapshots } = denied
      if (snapshots === undefined) return Promise.resolve(structuredClone({ hostedKey, othersUsable }))
      entry.project = { ...entry.project, version: entry.project.version + 1 }
      const audit = this.record({ at, by, action: 'key.revoked', projectId, kid, reason, ...snapshots })
      return Promise.resolve(structuredClone({ hostedKey, othersUsable, audit }))
    }
    if (key.revokedAt !== undefined) return Promise.resolve(structuredClone({ key, othersUsable }))
    const revoked: KeyRecord = { ...without(key, 'challenge'), revokedAt: at, revocationReason: reason }
    entry.keys.set(kid, revoked)
    entry.project = { ...entry.project, version: entry.project.version + 1 }
    const seen = (one: KeyRecord) => structuredClone({ keys: [keyView(one, at)] })
    const snapshots = { before: seen(key), after: seen(revoked) }
    const audit = this.record({ at, by, action: 'key.revoked', projectId, kid, reason, ...snapshots })
    return Promise.resolve(structuredClone({ key: revoked, othersUsable, audit }))
  }

  private record(audit: Omit<AuditRecord, 'id'>): AuditRecord {
    const record = { ...audit, id: this.records.length + 1 }
    this.records.push(record)
    this.notify(audit.projectId)
    return structuredClone(record)
  }

  private notify(projectId: string): void {
    for (const listener of this.listeners) listener(projectId)
  }

  list({ after, limit }: ProjectRange): Promise<ProjectRecord[]> {
    const page = Array.from(this.entries.values(), (entry) => this.recordOf(entry))
      .filter(({ deletedAt }) => deletedAt === undefined)
      .sort((a, b) => byCodePoint(a.project.id, b.project.id))
      .filter(({ project }) => after === undefined || byCodePoint(project.id, after) > 0)
      .slice(0, limit)
    return Promise.resolve(structuredClone(page))
  }

  listKeys(projectId: string, { after, limit }: KeyRange): Promise<KeyRecord[]> {
    const entry = this.entries.get(projectId)
    const page = (entry === undefined ? [] : inOrder(entry))
      .filter((key) => after === undefined || byAge(key, after) > 0)
      .slice(0, limit)
    return Promise.resolve(structuredClone(page))
  }

  async keySet(projectId: string): Promise<HostedKeySet | undefined> {
    const now = await this.now()
    const entry = this.entries.get(projectId)
    if (entry === undefined || entry.project.deletedAt !== undefined) return undefined
    return structuredClone(this.sets.found(entry.project, inOrder(entry), now))
  }

  listHostedKeys(projectId: string, range: KeyRange): Promise<HostedKeyRecord[]> {
    return Promise.resolve(structuredClone(this.sets.page(projectId, range)))
  }

  async dueKeySets(range: DueKeySetRange): Promise<DueKeySet[]> {
    const projects = Array.from(this.entries.values(), ({ project }) => project)
    return this.sets.due(projects, range, await this.now())
  }

  async noteKeySetRead(read: KeySetRead): Promise<void> {
    this.sets.noteRead(read, await this.now())
  }

  /** Rejects where the clock throws. */
  private now(): Promise<number> {
    return Promise.resolve(this.clock).then(readClock)
  }

  private recordOf({ project }: Entry): ProjectRecord {
    return this.sets.withReads(project)
  }

  origins(): Promise<ProjectOrigins> {
    const lists = Array.from(this.entries.values(), ({ project }) => project)
      .filter(({ deletedAt }) => deletedAt === undefined)
      .map(({ project }) => project.allowedOrigins)
    const listed = Array.from(new Set(lists.flatMap((list) => list ?? [])))
    return Promise.resolve({ listed, any: lists.includes(undefined) })
  }

  audit({ projectId, before = Infinity, limit }: AuditRange): Promise<AuditRecord[]> {
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

  async expiringKeys(before: number): Promise<ExpiringKey[]> {
    const now = await this.now()
    return Array.from(this.entries.values())
      .filter(({ project }) => project.project.suspended !== true && project.deletedAt === undefined)
      .filter(({ project }) => !this.sets.hasOther(project))
      .flatMap(({ project, keys }) => expiringOf(project.project.id, Array.from(keys.values()), now, before))
      .sort((a, b) => a.notAfter - b.notAfter)
      .slice(0, maxExpiringKeys)
  }

  async revocations(): Promise<StoredRevocations> {
    const now = await this.now()
    // Of two answers the later one holds, also where the clock stands still.
    this.generatedAt = Math.max(now, this.generatedAt + 1e-6)
    const since = now - retention
    const entries = Array.from(this.entries.values())
    const ofProjects = entries.flatMap(({ project: { project, updatedAt, sessionsBefore } }) => [
      ...(project.suspended === true && updatedAt > since ? [{ project: project.id }] : []),
      ...(sessionsBefore !== undefined && sessionsBefore > since
        ? [{ project: project.id, before: sessionsBefore }]
        : []),
    ])
    const keys = entries.flatMap(({ project: { project }, keys }) =>
      [...keys.values(), ...this.sets.deniedOf(project.id)].flatMap(({ kid, revokedAt }) =>
        revokedAt !== undefined && revokedAt > since ? [{ project: project.id, kid, revokedAt }] : [],
      ),
    )
    const { projects, sessions } = this.sessions.ended(now)
    return { generatedAt: this.generatedAt, projects: [...ofProjects, ...projects], keys, sessions }
  }

  async endSession(end: SessionEnd): Promise<void> {
    if (this.sessions.end(end, await this.now())) this.notify(end.projectId)
  }

  watch(listener: ProjectChangeListener): Promise<ProjectWatch> {
    // Two watches may share a function.
    const own: ProjectChangeListener = (projectId) => {
      listener(projectId)
    }
    this.listeners.add(own)
    const close = () => {
      this.listeners.delete(own)
      return Promise.resolve()
    }
    return Promise.resolve({ close })
  }
}

/** What nobody has confirmed. A key that was revoked meanwhile is remembered like one that was active. */
function isRegistration({ activatedAt, revokedAt }: KeyRecord): boolean {
  return activatedAt === undefined && revokedAt === undefined
}

function inOrder({ keys }: Entry): KeyRecord[] {
  return Array.from(keys.values()).sort(byAge)
}
