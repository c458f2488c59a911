import { required, text } from '../../options/kinds.js'
import { optionsReader } from '../../options/options.js'

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
export const migrations: readonly RegistryMigration[] = [
  migration(
    1,
    `  -- Names compare as bytes, whatever the language of the database.
  CREATE TABLE reverse_jwt.projects (
    id text COLLATE "C" PRIMARY KEY,
    name text,
    issuer text NOT NULL,
    allowed_origins text[],             -- NULL: any origin; empty: none
    scopes text[],
    suspended boolean NOT NULL,
    suspension_reason text,
    metadata json,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,             -- a deleted project stays, so that its id is not used again
    version integer NOT NULL            -- counts the changes of the project and of its keys
  );

  CREATE TABLE reverse_jwt.keys (
    project_id text COLLATE "C" NOT NULL REFERENCES reverse_jwt.projects (id),
    kid text COLLATE "C" NOT NULL,
    alg text NOT NULL,
    public_jwk json NOT NULL,
    thumbprint text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    activated_at timestamptz,           -- NULL: nobody has proved yet to hold the private half
    not_before timestamptz,
    not_after timestamptz,              -- the end of an overlap
    revoked_at timestamptz,
    revocation_reason text,
    last_used_at timestamptz,
    nonce_hash text,                    -- of an open challenge
    challenge_expires_at timestamptz,
    overlap double precision,           -- seconds
    replaces text,
    idempotency_key text COLLATE "C",
    PRIMARY KEY (project_id, kid)
  );
  -- A key that was ever active belongs to one project, for good.
  CREATE UNIQUE INDEX keys_one_owner ON reverse_jwt.keys (thumbprint) WHERE activated_at IS NOT NULL;
  CREATE UNIQUE INDEX keys_one_rotation ON reverse_jwt.keys (project_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

  CREATE TABLE reverse_jwt.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    action text NOT NULL,
    project_id text COLLATE "C" NOT NULL,
    kid text,
    reason text,
    before_change json NOT NULL,
    after_change json NOT NULL
  );
  CREATE INDEX audit_of_project ON reverse_jwt.audit (project_id, id);
`,
  ),
  migration(
    2,
    `  -- Verifications that wait behind this step shall not wait for long: it fails instead, and can be tried again.
  PERFORM set_config('lock_timeout', '10s', true);

  -- The last use of each key that was ever active. Who may note it can neither change nor lock a key, so there is no foreign key either.
  CREATE TABLE reverse_jwt.key_uses (
    project_id text COLLATE "C" NOT NULL,
    kid text COLLATE "C" NOT NULL,
    last_used_at timestamptz CONSTRAINT key_uses_finite CHECK (isfinite(last_used_at)),
    PRIMARY KEY (project_id, kid)
  );
  INSERT INTO reverse_jwt.key_uses (project_id, kid, last_used_at)
    SELECT project_id, kid, CASE WHEN isfinite(last_used_at) THEN last_used_at END
    FROM reverse_jwt.keys WHERE activated_at IS NOT NULL;
  ALTER TABLE reverse_jwt.keys DROP COLUMN last_used_at;

  -- 'infinity' is no time. Rows that have it stay as they are, and stay unavailable, until somebody sets them right.
  ALTER TABLE reverse_jwt.projects ADD CONSTRAINT projects_finite
    CHECK (isfinite(created_at) AND isfinite(updated_at) AND isfinite(deleted_at)) NOT VALID;
  ALTER TABLE reverse_jwt.keys ADD CONSTRAINT keys_finite
    CHECK (isfinite(created_at) AND isfinite(activated_at) AND isfinite(not_before) AND isfinite(not_after)
      AND isfinite(revoked_at) AND isfinite(challenge_expires_at)) NOT VALID;
  ALTER TABLE reverse_jwt.audit ADD CONSTRAINT audit_finite CHECK (isfinite(changed_at)) NOT VALID;

  -- Registrations that nobody confirmed in time go; a key that was ever active or revoked never does.
  DELETE FROM reverse_jwt.keys
    WHERE activated_at IS NULL AND revoked_at IS NULL AND coalesce(challenge_expires_at, '-infinity') <= now();
  CREATE FUNCTION reverse_jwt.keep_used_key() RETURNS trigger LANGUAGE plpgsql AS $function$
  BEGIN
    IF OLD.activated_at IS NULL AND OLD.revoked_at IS NULL THEN
      RETURN OLD;
    END IF;
    RAISE insufficient_privilege
      USING MESSAGE = 'a key that was ever active or revoked is kept, so that it is never accepted again';
  END
  $function$;
  CREATE TRIGGER keep_used_key BEFORE DELETE ON reverse_jwt.keys
    FOR EACH ROW EXECUTE FUNCTION reverse_jwt.keep_used_key();

  -- However many keys a project has had, each question about them reads a few.
  CREATE INDEX keys_live ON reverse_jwt.keys (project_id, (
    CASE WHEN activated_at IS NULL THEN challenge_expires_at ELSE coalesce(not_after, 'infinity'::timestamptz) END
  )) WHERE revoked_at IS NULL;
  CREATE INDEX keys_unconfirmed ON reverse_jwt.keys (project_id) WHERE activated_at IS NULL AND revoked_at IS NULL;
  CREATE INDEX keys_of_thumbprint ON reverse_jwt.keys (project_id, thumbprint)
    WHERE activated_at IS NOT NULL OR revoked_at IS NOT NULL;
  CREATE INDEX keys_by_age ON reverse_jwt.keys (project_id, created_at, kid);
`,
  ),
  migration(
    3,
    `  -- Verifications that wait behind this step shall not wait for long: it fails instead, and can be tried again.
  PERFORM set_config('lock_timeout', '10s', true);

  -- Sessions of the project that were issued up to then have ended. NULL: none.
  ALTER TABLE reverse_jwt.projects ADD COLUMN sessions_before timestamptz
    CONSTRAINT projects_sessions_finite CHECK (isfinite(sessions_before));

  -- Single sessions that have ended. A row with an empty session_id: all of the project up to then, for they were too many.
  -- Who may write here can neither change nor lock a project or a key, so there is no foreign key either.
  CREATE TABLE reverse_jwt.session_revocations (
    project_id text COLLATE "C" NOT NULL,
    session_id text COLLATE "C" NOT NULL,
    ended_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,    -- of the session, or of the row
    PRIMARY KEY (project_id, session_id),
    CONSTRAINT session_revocations_finite CHECK (isfinite(ended_at) AND isfinite(expires_at))
  );
  CREATE INDEX session_revocations_by_expiry ON reverse_jwt.session_revocations (expires_at) WHERE session_id <> '';
  CREATE INDEX session_revocations_of_projects ON reverse_jwt.session_revocations (expires_at) WHERE session_id = '';

  -- However many projects and keys there are, the question which sessions have ended reads what ended lately.
  CREATE INDEX projects_suspended_by_update ON reverse_jwt.projects (updated_at) WHERE suspended;
  CREATE INDEX projects_by_sessions_before ON reverse_jwt.projects (sessions_before) WHERE sessions_before IS NOT NULL;
  CREATE INDEX keys_by_revocation ON reverse_jwt.keys (revoked_at) WHERE revoked_at IS NOT NULL;
`,
  ),
]

/**
 * The SQL that gives two roles what they need, and nothing more. The owner, who runs `migrate()`, needs no grant.
 *
 * `registry`: reads and changes projects and keys; adds to the audit and reads it, and can neither change nor delete a record,
 * nor choose its number. `verifier`: reads what a verification needs and which sessions have ended, notes when keys were last
 * used, and ends single sessions; it can lock no project and no key. What either role could do before is taken back, so run it
 * again after a `migrate()` to a newer version.
 *
 * @example
 * console.log(grants({ registry: 'platform_admin', verifier: 'platform_api' }))
 */
export function grants(roles: { readonly registry: string; readonly verifier: string }): string {
  const names = readRoles(roles)
  const registry = quotedName(names.registry)
  const verifier = quotedName(names.verifier)
  return `REVOKE ALL ON ALL TABLES IN SCHEMA reverse_jwt FROM ${registry}, ${verifier};
GRANT USAGE ON SCHEMA reverse_jwt TO ${registry}, ${verifier};
GRANT SELECT, INSERT, UPDATE ON reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses TO ${registry};
GRANT DELETE ON reverse_jwt.keys TO ${registry};
GRANT SELECT, INSERT (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  ON reverse_jwt.audit TO ${registry};
GRANT SELECT (id, name, issuer, allowed_origins, scopes, suspended, metadata, updated_at, deleted_at, sessions_before)
  ON reverse_jwt.projects TO ${verifier};
GRANT SELECT (project_id, kid, alg, public_jwk, activated_at, not_before, not_after, revoked_at)
  ON reverse_jwt.keys TO ${verifier};
GRANT SELECT (project_id, kid, last_used_at), UPDATE (last_used_at) ON reverse_jwt.key_uses TO ${verifier};
GRANT SELECT, INSERT, UPDATE, DELETE ON reverse_jwt.session_revocations TO ${registry}, ${verifier};`
}

/** PostgreSQL would cut a longer name, and so grant to another role. */
const role = required(
  text({
    fits: (name) => name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= 63,
    what: 'the name of a role: 1 to 63 bytes, without NUL',
  }),
  'the name of a role',
)

const readRoles = optionsReader('grants', { registry: role, verifier: role }, 'role')

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
