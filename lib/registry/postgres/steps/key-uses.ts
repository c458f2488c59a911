/** The last use of each key, apart from the key; what keeps questions about long histories short. */
export const keyUses = `  -- Verifications that wait behind this step shall not wait for long: it fails instead, and can be tried again.
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
`
