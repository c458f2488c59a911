import { endedSessions } from './steps/ended-sessions.js'
import { keySets } from './steps/key-sets.js'
import { keyUses } from './steps/key-uses.js'
import { projectsAndKeys } from './steps/projects-and-keys.js'
import { record } from './steps/record.js'

/** One step of the database, as plain SQL. */
export interface RegistryMigration {
  readonly version: number
  /** One statement, and so one transaction. It does nothing where it was applied before. */
  readonly sql: string
}

/** In their order, each with a table that it makes. */
const steps = [
  { sql: projectsAndKeys, makes: 'projects' },
  { sql: keyUses, makes: 'key_uses' },
  { sql: endedSessions, makes: 'session_revocations' },
  { sql: record, makes: 'events' },
  { sql: keySets, makes: 'key_sets' },
]

/** Any number that nobody else locks by. */
const lock = 7_253_081_542_910_468n

function migration(version: number, step: string): RegistryMigration {
  return {
    version,
    sql: `DO $migration$
BEGIN
  -- Instances that start together wait here for one another.
  PERFORM pg_advisory_xact_lock(${lock});
  IF to_regnamespace('reverse_jwt') IS NULL THEN
    CREATE SCHEMA reverse_jwt;
  END IF;
  IF to_regclass('reverse_jwt.migrations') IS NULL THEN
    CREATE TABLE reverse_jwt.migrations (
      version integer PRIMARY KEY,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
  END IF;
  IF EXISTS (SELECT FROM reverse_jwt.migrations WHERE version >= ${version}) THEN
    RETURN;
  END IF;

${step}
  INSERT INTO reverse_jwt.migrations (version) VALUES (${version});
END
$migration$;`,
  }
}

/**
 * All steps, in their order, for a DBA to read and to run. `PostgresProjectStore.migrate()` runs the same texts. There is no
 * way back: a step is only ever followed by another.
 */
export const migrations: readonly RegistryMigration[] = steps.map(({ sql }, index) =>
  migration(index + 1, sql),
)

/**
 * The version of the schema, as far as the names of its tables tell: for who may not read the table of the steps. It cannot be newer
 * than what is known here. 0: there is none.
 */
export function versionByTables(tables: readonly string[]): number {
  return steps.findLastIndex(({ makes }) => tables.includes(makes)) + 1
}
