/** What became of tokens and sessions, kept; which keys end soon. */
export const record = `  -- Verifications that wait behind this step shall not wait for long: it fails instead, and can be tried again.
  PERFORM set_config('lock_timeout', '10s', true);

  -- One event, or with a count several of a minute. Who may write here can neither read nor change what is there, and
  -- project_id is empty unless the signature of the token was verified, so there is no foreign key.
  CREATE TABLE reverse_jwt.events (
    id uuid PRIMARY KEY,                -- as the answer to the caller has it
    at timestamptz NOT NULL CONSTRAINT events_finite CHECK (isfinite(at)),
    type text NOT NULL,
    code text,
    reason text,
    signature text,
    project_id text COLLATE "C",
    kid text COLLATE "C",
    jti_hash text,                      -- of a token or a session, never the jti itself
    origin text,
    count integer NOT NULL CONSTRAINT events_counted CHECK (count > 0),
    detail json
  );
  CREATE INDEX events_by_time ON reverse_jwt.events (at);
  CREATE FUNCTION reverse_jwt.keep_events() RETURNS trigger LANGUAGE plpgsql AS $function$
  BEGIN
    RAISE insufficient_privilege
      USING MESSAGE = 'events are only ever added, and deleted when they are old: see deleteEventsBefore';
  END
  $function$;
  CREATE TRIGGER keep_events BEFORE UPDATE OR TRUNCATE ON reverse_jwt.events
    FOR EACH STATEMENT EXECUTE FUNCTION reverse_jwt.keep_events();

  -- By which the keys that end soon are found, and whether their projects have others. Names only columns that a verifier may read.
  CREATE INDEX keys_by_end ON reverse_jwt.keys (not_after) WHERE activated_at IS NOT NULL AND revoked_at IS NULL;
  CREATE INDEX keys_of_project_by_end ON reverse_jwt.keys (project_id, (coalesce(not_after, 'infinity'::timestamptz)))
    WHERE activated_at IS NOT NULL AND revoked_at IS NULL;
`
