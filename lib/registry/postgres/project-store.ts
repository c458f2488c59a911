import { outageFrom } from '../../errors.js'
import { callback, milliseconds, objectWith } from '../../options/kinds.js'
import { optionsReader, type OptionsOf } from '../../options/options.js'
import { escaped } from '../../options/quoted.js'
import { isIdentifier } from '../../protocol.js'
import type { StoredRevocations } from '../../revocations/condensed.js'
import type { ExpiringKey, HostedKeySet, Project, ProjectKey } from '../../types.js'
import type { AuditRecord } from '../store/audit-record.js'
import { loadedKey, type FoundKey } from '../store/loaded-key.js'
import type { RefusalRecord } from '../store/refusal-record.js'
import { StoreUnusableError } from '../store-unusable-error.js'
import { coalesced } from './coalesced.js'
import { databaseFailure, decisionOf } from './database-failure.js'
import { Questions, recordOf, type RegistryDatabase } from './database.js'
import { revokedKey } from './key-revocation.js'
import { migrations } from './migrations.js'
import { refusal } from './event-statements.js'
import { ownListen, type PostgresListen } from './own-listen.js'
import type {
  AuditRange,
  DueKeySet,
  DueKeySetRange,
  KeySetRead,
  ProjectChangeListener,
  ProjectChangeOutcome,
  KeyRange,
  KeyRevocationChange,
  KeySelection,
  ProjectOrigins,
  ProjectRange,
  ProjectWatch,
  ProjectChange,
  ProjectStore,
  KeyRevocationOutcome,
  SessionEnd,
  WrittenChange,
} from '../store/project-store.js'
import type { HostedKeyRecord, KeyRecord, KeyUse, ProjectRecord, StoredProject } from '../store/records.js'
import {
  keyRangeParameters,
  keySetReadParameters,
  parametersOf,
  selectionParameters,
  sessionEndParameters,
} from './rows.js'
import * as keySetStatements from './key-set-statements.js'
import * as sessionStatements from './session-statements.js'
import * as statements from './statements.js'

export interface PostgresProjectStoreOptions {
  readonly db: RegistryDatabase
  /** For `watch`: `listenWithPg(() => new pg.Client(url))`. Default: the `listen` of `db`, which a PGlite has. */
  readonly listen?: PostgresListen
  /** Milliseconds after which a query that has not answered is an outage. Default 2,000, at most 60,000. */
  readonly timeoutMs?: number
}

const owner = 'PostgresProjectStore'

const readOptions = optionsReader(owner, {
  db: objectWith<RegistryDatabase>(
    'query',
    'an object with query(text, params), as a pg Pool and a PGlite have it',
  ),
  listen: callback<PostgresListen>('such as listenWithPg(() => new pg.Client(url))'),
  timeoutMs: milliseconds({ default: 2_000, max: 60_000 }),
} satisfies OptionsOf<PostgresProjectStoreOptions>)
const migrationTimeoutMs = 60_000

/**
 * Projects and keys in PostgreSQL 13 or newer, in the schema `reverse_jwt`.
 *
 * A change is one statement, its record in the audit and the message to other instances included: nothing is ever half done,
 * also behind a pooler. A query that takes too long, or that a later attempt may answer, is a `StoreError` (503); its connection
 * stays in use until the database answers, so give the pool a `statement_timeout`, too. What the database refuses until somebody
 * changes something, a right for example, is a `StoreUnusableError` (500); to `find`, which verifies tokens, both are a
 * `StoreError`. A text that the encoding of the database cannot write is a `RegistryError` (400).
 *
 * @example
 * const db = new pg.Pool({ connectionString: process.env.DATABASE_URL, statement_timeout: 2_000 })
 * // Without a listener a connection that is lost while idle ends the process.
 * db.on('error', (error) => console.error('database', error.message))
 * const listen = listenWithPg(() => new pg.Client(process.env.DATABASE_URL))
 * const store = new PostgresProjectStore({ db, listen })
 * await store.migrate()
 */
export class PostgresProjectStore implements ProjectStore {
  private readonly database: Questions
  private readonly listen: PostgresListen | undefined

  /** Throws a TypeError for a wrong option. Does not reach the database yet. */
  constructor(options: PostgresProjectStoreOptions) {
    const { db, listen, timeoutMs } = readOptions(options)
    this.database = new Questions(owner, db, timeoutMs)
    this.listen = listen ?? ownListen(db)
  }

  /**
   * Brings the database to what this version needs. Does nothing where that was done; any number of instances may do so at
   * once. Throws a StoreUnusableError when its role may not, the database is read-only, or newer than this version, and a
   * StoreError when it cannot be asked.
   */
  async migrate(): Promise<void> {
    for (const { sql } of migrations) await this.database.records('migrate', sql, [], migrationTimeoutMs)
    const found = await this.database.records<number>(
      'migrate',
      statements.newestVersion,
      [],
      migrationTimeoutMs,
    )
    if (found.every((version) => version <= migrations.length)) return
    throw new StoreUnusableError(
      `The database has version ${String(found)} of the schema reverse_jwt, this reverse-jwt knows versions up to ${migrations.length}. Install a newer reverse-jwt; there is no way back.`,
    )
  }

  async find(projectId: string, kid: string): Promise<ProjectKey | undefined> {
    // Nothing is stored under such a name, and PostgreSQL takes no NUL.
    if (!isIdentifier(projectId) || !isIdentifier(kid)) return undefined
    const doing = `find a key of the project ${escaped(projectId)}`
    try {
      const [found] = await this.database.records<FoundProjectKey>(doing, statements.find, [projectId, kid])
      return found && loadedKey(found.project, found.key)
    } catch (error) {
      // Whatever it is, the caller of a verifier did not do it, and can only wait.
      throw outageFrom(error)
    }
  }

  async load(projectId: string, selection: KeySelection): Promise<StoredProject | undefined> {
    const [found] = await this.database.records<LoadedProject>(
      `load the project ${escaped(projectId)}`,
      statements.load,
      selectionParameters(projectId, selection),
    )
    if (found === undefined) return undefined
    const { record, ...keys } = found
    return { ...record, ...keys }
  }

  async commit(change: ProjectChange): Promise<ProjectChangeOutcome> {
    const statement = change.project.version === 1 ? statements.create : statements.update
    const given = parametersOf(change)
    const { action, projectId } = change.audit
    const doing = `write the change ${action} of the project ${escaped(projectId)}`
    try {
      const [row] = await this.database.ask(statement, given)
      return row === undefined ? 'stale' : (recordOf(doing, row) as WrittenChange)
    } catch (error) {
      if (error instanceof StoreUnusableError) throw error
      const outcome = decisionOf(error)
      if (outcome === undefined) throw databaseFailure(owner, doing, error, given)
      return outcome
    }
  }

  revoke(revocation: KeyRevocationChange): Promise<KeyRevocationOutcome> {
    return revokedKey(this.database, revocation, owner)
  }

  list({ after = '', limit }: ProjectRange): Promise<ProjectRecord[]> {
    return this.database.records('list the projects', statements.list, [after, String(limit)])
  }

  listKeys(projectId: string, range: KeyRange): Promise<KeyRecord[]> {
    const doing = `list the keys of the project ${escaped(projectId)}`
    return this.database.records(doing, statements.listKeys, keyRangeParameters(projectId, range))
  }

  async keySet(projectId: string): Promise<HostedKeySet | undefined> {
    // As in `find`.
    if (!isIdentifier(projectId)) return undefined
    const doing = `find the key set of the project ${escaped(projectId)}`
    try {
      const [found] = await this.database.records<HostedKeySet>(doing, keySetStatements.keySet, [projectId])
      return found
    } catch (error) {
      throw outageFrom(error)
    }
  }

  listHostedKeys(projectId: string, range: KeyRange): Promise<HostedKeyRecord[]> {
    const doing = `list the hosted keys of the project ${escaped(projectId)}`
    return this.database.records(doing, keySetStatements.listHostedKeys, keyRangeParameters(projectId, range))
  }

  dueKeySets({ ttl, limit }: DueKeySetRange): Promise<DueKeySet[]> {
    const given = [String(ttl), String(limit)]
    return this.database.records('find the key sets that are due', keySetStatements.dueKeySets, given)
  }

  async noteKeySetRead(read: KeySetRead): Promise<void> {
    const doing = `note that the key set of the project ${escaped(read.projectId)} was read`
    await this.database.records(doing, keySetStatements.noteKeySetRead, keySetReadParameters(read))
  }

  origins(): Promise<ProjectOrigins> {
    return this.database.record('read the origins of the projects', statements.origins)
  }

  audit({ projectId, before = Number.MAX_SAFE_INTEGER, limit }: AuditRange): Promise<AuditRecord[]> {
    const page = [String(before), String(limit)]
    return projectId === undefined
      ? this.database.records('list the audit', statements.audit, page)
      : this.database.records('list the audit', statements.auditOfProject, [...page, projectId])
  }

  async touch(uses: readonly KeyUse[]): Promise<void> {
    if (uses.length === 0) return
    const given = uses.map(({ projectId, kid, at }) => ({ project_id: projectId, kid, at }))
    await this.database.records('note when keys were used last', statements.touch, [JSON.stringify(given)])
  }

  expiringKeys(before: number): Promise<ExpiringKey[]> {
    return this.database.records('list the keys that end soon', statements.expiringKeys, [String(before)])
  }

  async refusal(id: string): Promise<RefusalRecord | undefined> {
    const [found] = await this.database.records<StoredRefusal>('find a refusal', refusal, [id])
    if (found === undefined) return undefined
    const { detail, ...columns } = found
    return { ...detail, ...columns }
  }

  revocations(): Promise<StoredRevocations> {
    return this.database.record('read which sessions have ended', sessionStatements.revocations)
  }

  async endSession(end: SessionEnd): Promise<void> {
    const doing = `end a session of the project ${escaped(end.projectId)}`
    await this.database.records(doing, sessionStatements.endSession, sessionEndParameters(end))
  }

  /**
   * Calls a listener for every change, whichever instance makes it: at once, and half a second later at most where there are
   * more than five of a project in a row. Throws a TypeError when there is nothing to listen with.
   *
   * @example
   * const keyStore = new CachedKeyStore(store)
   * await store.watch((projectId) => keyStore.invalidate(projectId))
   */
  async watch(listener: ProjectChangeListener): Promise<ProjectWatch> {
    if (this.listen === undefined) {
      throw new TypeError(
        'PostgresProjectStore cannot watch without the option listen, such as listenWithPg(() => new pg.Client(url))',
      )
    }
    const messages = coalesced(listener)
    const channel = await this.listen(statements.channel, (payload) => {
      // Anyone who reaches the database can send a message, so it is no more than a hint of what to read again.
      messages.receive(isIdentifier(payload) ? payload : undefined)
    })
    const close = async () => {
      messages.close()
      await channel.close()
    }
    return { close }
  }
}

type StoredRefusal = RefusalRecord & { readonly detail: Partial<RefusalRecord> }

interface FoundProjectKey {
  readonly project: Project
  readonly key: FoundKey
}

interface LoadedProject {
  readonly record: ProjectRecord
  readonly keys: KeyRecord[]
  readonly madeKeys: number
  readonly hostedKeys: HostedKeyRecord[]
  readonly hostedKids: number
}
