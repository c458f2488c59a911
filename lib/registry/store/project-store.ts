import type { KeyStore } from '../../keys/key-store.js'
import type { StoredRevocations } from '../../revocations/condensed.js'
import type { ExpiringKeySource, HostedKeySet, HostedKeySetSource, ProjectKey } from '../../types.js'
import type { AuditRecord } from './audit-record.js'
import type { RefusalRecord } from './refusal-record.js'
import type {
  HostedKeyRecord,
  KeyRecord,
  KeyUse,
  ProjectRecord,
  KeyRevocationReason,
  StoredProject,
} from './records.js'

/** A change of one project: all of it is written, or nothing. */
export interface ProjectChange {
  /** The project as it shall be. `version` is one more than that of the project it was decided on; 1 makes a new project. */
  readonly project: ProjectRecord
  /**
   * Keys as they shall be, new ones and changed ones. The others stay as they are, but for those that were never activated nor
   * revoked and whose challenge has expired by `audit.at`: they are removed.
   */
  readonly keys: readonly KeyRecord[]
  /** Keys of its set as they shall be, new ones and changed ones. The others stay; a key that is revoked stays revoked. Absent: none. */
  readonly hostedKeys?: readonly HostedKeyRecord[]
  readonly audit: Omit<AuditRecord, 'id'>
}

/** A change that was written, with its record in the audit. */
export interface WrittenChange {
  readonly audit: AuditRecord
}

/**
 * What became of a change: it was written. Or not: `stale`: another change came first, load again and decide again. `project_exists`: there is, or was,
 * a project with this id. `key_exists`: a key with this thumbprint is active, or was, in this project or another.
 */
export type ProjectChangeOutcome = WrittenChange | 'stale' | 'project_exists' | 'key_exists'

/** Which keys an operation needs: the live ones, and those that it names. A project may have had any number of others. */
export interface KeySelection {
  /** Epoch seconds. Keys that are pending, active or retiring at this moment are live. */
  readonly now: number
  /** Epoch seconds. Keys that were made later are counted as `madeKeys`. */
  readonly madeAfter: number
  readonly kids?: readonly string[]
  /** One key of the project that has it and was ever activated or revoked; and each one of its set. */
  readonly thumbprint?: string
  readonly idempotencyKey?: string
}

/** The end of one key, to be written with its record in the audit. */
export interface KeyRevocationChange {
  readonly projectId: string
  readonly kid: string
  readonly reason: KeyRevocationReason
  readonly by: string
  /** Epoch seconds. */
  readonly at: number
}

export interface RevokedKey {
  /** As it is now: if it was revoked before, as it was. */
  readonly key: KeyRecord
  /** The record of this revocation. Absent where the key was revoked before: nothing was written. */
  readonly audit?: AuditRecord
  /** Whether tokens of another key of the project are accepted at this moment. */
  readonly othersUsable: boolean
}

/** A key of the set that a project hosts. */
export interface RevokedHostedKey {
  readonly hostedKey: HostedKeyRecord
  /** As in `RevokedKey`. */
  readonly audit?: AuditRecord
  readonly othersUsable: boolean
}

/**
 * What became of a revocation: done, also when it was done before; or there is no such project, or no such key. `too_many_keys`: no
 * further kid of the set can be remembered.
 */
export type KeyRevocationOutcome =
  RevokedKey | RevokedHostedKey | 'project_not_found' | 'key_not_found' | 'too_many_keys'

/** A set that is to be read. */
export interface DueKeySet {
  readonly projectId: string
  readonly jwksUri: string
}

/** What became of a read of a set. */
export interface KeySetRead extends DueKeySet {
  /** Whether it was read to the end. */
  readonly isRead: boolean
  /** Why it was not, or why not all of it counts. */
  readonly failure?: string
}

export interface DueKeySetRange {
  /** Seconds. Sets that somebody set out to read within them are not due. */
  readonly ttl: number
  readonly limit: number
}

/** The end of one session. Times are epoch seconds. */
export interface SessionEnd {
  readonly projectId: string
  /** Its `jti`. */
  readonly sessionId: string
  /** Its `exp`. */
  readonly expiresAt: number
  readonly at: number
}

export interface ProjectRange {
  /** Ids that come after this one. */
  readonly after?: string
  readonly limit: number
}

export interface KeyRange {
  /** Keys that come after this place: made later, or at the same moment and with a greater kid (by code point). */
  readonly after?: { readonly createdAt: number; readonly kid: string }
  readonly limit: number
}

/** From where the projects that are not deleted may be called. Suspended ones count: their pages are to read the refusal. */
export interface ProjectOrigins {
  /** The `allowedOrigins` of all of them, each once, in any order. */
  readonly listed: readonly string[]
  /** Whether one of them has no `allowedOrigins`, and so may be called from anywhere. */
  readonly any: boolean
}

export interface AuditRange {
  readonly projectId?: string
  /** Records that are older than the one with this id. */
  readonly before?: number
  readonly limit: number
}

/** Gets the id of a project that was changed; undefined: anything may have changed. Must not throw. */
export type ProjectChangeListener = (projectId?: string) => void

/** Listens for changes until it is closed. Keeps no process alive. */
export interface ProjectWatch {
  close(): Promise<void>
}

/**
 * Where projects and their keys are kept. It decides nothing: what may be changed is `createRegistry`'s business, what may be
 * accepted is the verifier's.
 *
 * Every method throws a `StoreError` when it cannot tell; but for `find`, it throws a `StoreUnusableError` when it will not be
 * able to tell until somebody changes something outside.
 */
export interface ProjectStore extends KeyStore, ExpiringKeySource, HostedKeySetSource {
  /**
   * An activated key, revoked and expired ones included, and one that was revoked before it was activated. Nothing for a key that is
   * pending, nor for a deleted project. The `revokedAt` of a revoked key lies before what any clock says, whenever it was revoked: a
   * verifier whose clock is behind refuses it, too.
   */
  find(projectId: string, kid: string): ProjectKey | undefined | Promise<ProjectKey | undefined>
  /** A project with the keys that are selected, and no others; deleted projects, too. */
  load(projectId: string, selection: KeySelection): Promise<StoredProject | undefined>
  /** Writes a change, in one step, if the project is still the one that it was decided on. */
  commit(change: ProjectChange): Promise<ProjectChangeOutcome>
  /**
   * Revokes a key of a project that is not deleted, in one step, with its record in the audit, whatever else is being changed:
   * a change that was decided on before is `stale` then. A key that is revoked already stays as it is, and nothing is written.
   *
   * Where no key is registered under the kid, it is that of a hosted key: one that was ever seen, or while the project has a set any
   * other, for which there is room as long as the project has less than 2,000 kids.
   */
  revoke(revocation: KeyRevocationChange): Promise<KeyRevocationOutcome>
  /** Projects that are not deleted, in the order of their ids (by code point). */
  list(range: ProjectRange): Promise<ProjectRecord[]>
  /** Every key that is kept of a project, page by page, the oldest first: by `createdAt`, then by kid. */
  listKeys(projectId: string, range: KeyRange): Promise<KeyRecord[]>
  /**
   * The set of a project that is not deleted, and that somebody has proved to hold a key of. `denied` has every kid that was revoked, and
   * registered keys that are revoked and are in the set; `copy` is what was there when the set was read last, without the former. In one
   * step.
   */
  keySet(projectId: string): Promise<HostedKeySet | undefined>
  /** Every kid that the set of a project ever had, page by page: by `firstSeen` as `createdAt`, then by kid. */
  listHostedKeys(projectId: string, range: KeyRange): Promise<HostedKeyRecord[]>
  /**
   * Sets that are due to be read, those that wait longest, each to one caller: it is not due again for `ttl` seconds, by the clock of
   * the store. None of a project that is suspended or deleted.
   */
  dueKeySets(range: DueKeySetRange): Promise<DueKeySet[]>
  /** Notes what became of a read of the set of a project just now, if it is still at this address. */
  noteKeySetRead(read: KeySetRead): Promise<void>
  /** The origins of all projects, in one answer. */
  origins(): Promise<ProjectOrigins>
  /** The newest first. */
  audit(range: AuditRange): Promise<AuditRecord[]>
  /** Notes when keys were used last: many in one step, only forward in time. Unknown keys are left out. */
  touch(uses: readonly KeyUse[]): Promise<void>
  /**
   * Why a call was refused, by its id: a UUID in lower case. Undefined where that was not kept. Absent: the store keeps no refusals, as
   * one in memory does not.
   */
  refusal?(id: string): Promise<RefusalRecord | undefined>
  /**
   * Which sessions have ended, as far as their project, their key or they themselves say so: what ended in the last 7,260
   * seconds, and single sessions until two minutes after their `exp`, by the clock of the store.
   */
  revocations(): Promise<StoredRevocations>
  /**
   * Ends one session, in one step; a project has 100 at most, and the next one ends all of its sessions up to then. A session that
   * has ended or expired makes no entry. Not in the audit: whoever holds a session may end it.
   */
  endSession(end: SessionEnd): Promise<void>
  /** Calls a listener for every change from now on, whoever makes it, until what it resolves to is closed. */
  watch(listener: ProjectChangeListener): Promise<ProjectWatch>
}
