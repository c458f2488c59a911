import { within } from '../../time/time-limit.js'
import { databaseFailure, unreadable } from './database-failure.js'
import { recordIn } from './rows.js'

/** What runs SQL: a `pg` Pool, a PGlite instance, anything with such a `query`. */
export interface RegistryDatabase {
  query(text: string, params?: string[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** Asks a database within a time limit. `doing`, in its methods, completes "cannot" in an error. */
export class Questions {
  private readonly db: RegistryDatabase
  private readonly timeoutMs: number
  private readonly owner: string

  /** `owner` is what the platform wrote to ask it. */
  constructor(owner: string, db: RegistryDatabase, timeoutMs: number) {
    this.owner = owner
    this.db = db
    this.timeoutMs = timeoutMs
  }

  /** The one record of a statement that always has one. */
  async record<T>(doing: string, text: string): Promise<T> {
    const [found] = await this.records<T>(doing, text, [])
    if (found === undefined) throw unreadable(doing, new TypeError('there is no answer'))
    return found
  }

  /** The records that a statement answers with. */
  async records<T>(doing: string, text: string, given: string[], timeoutMs = this.timeoutMs): Promise<T[]> {
    const rows = await this.ask(text, given, timeoutMs).catch((error: unknown) => {
      throw databaseFailure(this.owner, doing, error, given)
    })
    return rows.map((row) => recordOf(doing, row)) as T[]
  }

  /** Throws what the driver throws, and a StoreError when the time is over. */
  async ask(text: string, given: string[], timeoutMs = this.timeoutMs): Promise<readonly unknown[]> {
    // In a function of its own, for it may throw before it returns a promise.
    const asked = (async () => this.db.query(text, given))()
    const { rows } = await within(
      timeoutMs,
      asked,
      `the database did not answer within ${timeoutMs} ms`,
      'key_store_late',
    )
    return rows
  }
}

export function recordOf(doing: string, row: unknown): unknown {
  try {
    return recordIn(row)
  } catch (error) {
    throw unreadable(doing, error)
  }
}
