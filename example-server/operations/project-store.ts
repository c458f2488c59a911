/** Where projects and keys are kept: in PostgreSQL, or in a folder by PGlite, which is PostgreSQL inside this process. */
import { join } from 'node:path'
import pg from 'pg'
import { listenWithPg, PostgresProjectStore, type RegistryDatabase } from 'reverse-jwt/registry'
import { CannotStart } from './environment.js'
import { lockFolder } from './folder-lock.js'

/**
 * Of a new database: a log of 1 MB instead of 16, and a cache of 4 MB instead of 128. To fill them with zeros is a third of the time
 * that its first start takes. The folder keeps both sizes.
 */
const sizes = { initDbStartParams: ['--wal-segsize=1'], postgresqlconf: ['shared_buffers = 4MB'] }

export interface OpenProjectStore {
  /** For what else all processes share. */
  readonly db: RegistryDatabase
  readonly store: PostgresProjectStore
  readonly close: () => Promise<void>
}

export async function openProjectStore(
  databaseUrl: string | undefined,
  dataFolder: string,
): Promise<OpenProjectStore> {
  return databaseUrl === undefined ? openFolder(join(dataFolder, 'projects')) : openDatabase(databaseUrl)
}

async function openFolder(folder: string): Promise<OpenProjectStore> {
  const unlock = lockFolder(folder)
  try {
    // Loaded only by who uses it: it brings a whole PostgreSQL.
    const { PGlite } = await import('@electric-sql/pglite')
    const db = await PGlite.create(join(folder, 'pglite'), sizes)
    const store = new PostgresProjectStore({ db })
    await store.migrate()
    const close = async () => {
      await db.close()
      unlock()
    }
    return { db, store, close }
  } catch (error) {
    unlock()
    throw new CannotStart(`The projects in ${folder} cannot be read: ${reasonOf(error)} (DATA_FOLDER)`)
  }
}

async function openDatabase(connectionString: string): Promise<OpenProjectStore> {
  const limits = { connectionTimeoutMillis: 2_000, statement_timeout: 2_000, query_timeout: 3_000 }
  const db = new pg.Pool({ connectionString, ...limits })
  // While the database is away, warm keys are served until their time is up, and the pool goes on trying.
  db.on('error', () => undefined)
  const listen = listenWithPg(() => new pg.Client({ connectionString, ...limits }))
  const store = new PostgresProjectStore({ db, listen })
  try {
    await store.migrate()
  } catch (error) {
    await db.end()
    throw new CannotStart(`The database cannot be used: ${reasonOf(error)} (DATABASE_URL)`)
  }
  return { db, store, close: () => db.end() }
}

/** In one line. */
function reasonOf(error: unknown): string {
  return (error as Error).message.split('\n', 1).join('') || 'no answer'
}
