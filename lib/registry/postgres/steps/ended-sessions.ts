/** Which sessions have ended. */
export const endedSessions = `  -- Verifications that wait behind this step shall not wait for long: it fails instead, and can be tried again.
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
`
