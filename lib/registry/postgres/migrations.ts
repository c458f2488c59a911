import { endedSessions } from './steps/ended-sessions.js'
import { keyUses } from './steps/key-uses.js'
import { projectsAndKeys } from './steps/projects-and-keys.js'
import { record } from './steps/record.js'

/** One step of the database, as plain SQL. */
export interface RegistryMigration {
  readonly version: number
  /** One statement, and so one transaction. It does nothing where it was applied before. */
  readonly sql: string
}

/** Any number that nobody else locks by. */
const lock = 7_253_081_542_910_468n

function migration(version: number, steps: string): RegistryMigration {
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

${steps}
  INSERT INTO reverse_jwt.migrations (version) VALUES (${version});
END
$migration$;`,
  }
}

/**
 * All steps, in their order, for a DBA to read and to run. `PostgresProjectStore.migrate()` runs the same texts. There is no
 * way back: a step is only ever followed by another.
 */
export const migrations: readonly RegistryMigration[] = [projectsAndKeys, keyUses, endedSessions, record].map(
  (steps, index) => migration(index + 1, steps),
)
