import { emit } from '../events/listeners.js'
import type { AuditRecord } from './store/audit-record.js'
import type { ProjectStore } from './store/project-store.js'

/**
 * A project or a key was changed, and the change is written.
 *
 *     { "type": "registry.changed", "id": "0b9c...", "time": 1790000000, "duration": 0.004, "record": { "id": 7, "action": "key.revoked",
 *       "projectId": "shop", "kid": "key-1", "by": "ops@platform.example", "reason": "exposed", ... } }
 */
export interface RegistryChangedEvent {
  readonly type: 'registry.changed'
  /** A UUID. */
  readonly id: string
  /** Epoch seconds: that of the record. */
  readonly time: number
  /** How long the write took, in seconds. */
  readonly duration: number
  /** As `listAudit` has it. */
  readonly record: AuditRecord
}

export type RegistryEventListener = (event: RegistryChangedEvent) => unknown

/** The store, whose changes are told to the listeners once they are written. Who only reads, or is refused, tells nothing. */
export function announced(store: ProjectStore, listeners: readonly RegistryEventListener[]): ProjectStore {
  if (listeners.length === 0) return store
  const tell = (outcome: unknown, begun: number) => {
    const { audit: record } = (outcome ?? {}) as { readonly audit?: AuditRecord | null }
    if (typeof record !== 'object' || record === null) return
    const duration = (performance.now() - begun) / 1000
    const id = crypto.randomUUID()
    emit(
      listeners,
      frozen({ type: 'registry.changed', id, time: record.at, duration, record: structuredClone(record) }),
    )
  }
  const refusal = store.refusal?.bind(store)
  return {
    ...(refusal !== undefined && { refusal }),
    find: (projectId, kid) => store.find(projectId, kid),
    load: (projectId, selection) => store.load(projectId, selection),
    list: (range) => store.list(range),
    listKeys: (projectId, range) => store.listKeys(projectId, range),
    keySet: (projectId) => store.keySet(projectId),
    listHostedKeys: (projectId, range) => store.listHostedKeys(projectId, range),
    dueKeySets: (range) => store.dueKeySets(range),
    noteKeySetRead: (read) => store.noteKeySetRead(read),
    origins: () => store.origins(),
    audit: (range) => store.audit(range),
    touch: (uses) => store.touch(uses),
    expiringKeys: (before) => store.expiringKeys(before),
    revocations: () => store.revocations(),
    endSession: (end) => store.endSession(end),
    watch: (listener) => store.watch(listener),
    async commit(change) {
      const begun = performance.now()
      const outcome = await store.commit(change)
      tell(outcome, begun)
      return outcome
    },
    async revoke(revocation) {
      const begun = performance.now()
      const outcome = await store.revoke(revocation)
      tell(outcome, begun)
      return outcome
    },
  }
}

/** All listeners get the same one, at all its depths. */
function frozen<T extends object>(value: T): T {
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null) frozen(member)
  }
  return Object.freeze(value)
}
