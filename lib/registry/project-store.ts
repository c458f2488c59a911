import type { KeyStore } from '../keys/key-store.js'
import type { ProjectKey } from '../types.js'
import type { AuditRecord } from './audit-record.js'
import type { KeyRecord, KeyUse, ProjectRecord, StoredProject } from './records.js'

/** A change of one project: all of it is written, or nothing. */
export interface ProjectChange {
  /** The project as it shall be. `version` is one more than that of the project it was decided on; 1 makes a new project. */
  readonly project: ProjectRecord
  /** Keys as they shall be, new ones and changed ones. The others stay as they are. */
  readonly keys: readonly KeyRecord[]
  readonly audit: Omit<AuditRecord, 'id'>
}

/**
 * What became of a change. `stale`: somebody was faster, load again and decide again. `project_exists`: there is, or was, a
 * project with this id. `key_exists`: a key with this thumbprint is active, or was, in this project or another.
 */
export type ChangeOutcome = 'done' | 'stale' | 'project_exists' | 'key_exists'

export interface Page {
  /** Ids that come after this one. */
  readonly after?: string
  readonly limit: number
}

export interface AuditPage {
  readonly projectId?: string
  /** Records that are older than the one with this id. */
  readonly before?: number
  readonly limit: number
}

/** Told the id of a project that was changed; undefined: anything may have changed. Must not throw. */
export type ChangeListener = (projectId?: string) => void

/**
 * Where projects and their keys are kept. It decides nothing: what may be changed is `createRegistry`'s business, what may be
 * accepted is the verifier's.
 *
 * Every method throws a `StoreError` when it cannot tell.
 */
export interface ProjectStore extends KeyStore {
  /** An activated key, revoked and expired ones included. Nothing for a key that is pending, nor for a deleted project. */
  find(projectId: string, kid: string): ProjectKey | undefined | Promise<ProjectKey | undefined>
  /** A project with every key that it ever had; deleted projects, too. */
  load(projectId: string): Promise<StoredProject | undefined>
  /** Writes a change, in one step, if the project is still the one that it was decided on. */
  commit(change: ProjectChange): Promise<ChangeOutcome>
  /** Projects that are not deleted, in the order of their ids (by code point). */
  list(page: Page): Promise<ProjectRecord[]>
  /** The newest first. */
  audit(page: AuditPage): Promise<AuditRecord[]>
  /** Notes when keys were used last: many in one step, only forward in time. Unknown keys are left out. */
  touch(uses: readonly KeyUse[]): Promise<void>
  /** Tells a listener of every change from now on, whoever makes it. Resolves to what ends that. */
  watch(listener: ChangeListener): Promise<() => Promise<void>>
}
