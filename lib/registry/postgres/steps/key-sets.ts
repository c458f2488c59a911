/** Where customers host their keys, and which keys were ever seen there. */
export const keySets = `  -- The address at which the customer of a project hosts its public keys. It is written together with its project, which is never
  -- deleted, so there is no foreign key, and this step locks nothing that others use.
  CREATE TABLE reverse_jwt.key_sets (
    project_id text COLLATE "C" PRIMARY KEY,
    jwks_uri text,                      -- NULL: nobody has proved yet to hold a key of the set
    confirmed_at timestamptz,
    pending_uri text,                   -- of an open challenge
    nonce_hash text,
    challenge_expires_at timestamptz,
    tried_at timestamptz,               -- when somebody last set out to read the set
    read_at timestamptz,                -- when it was last read to the end
    failing_since timestamptz,          -- NULL, with the next: the last read was good
    failure text,                       -- why the last read failed
    CONSTRAINT key_sets_whole CHECK (
      (jwks_uri IS NULL) = (confirmed_at IS NULL) AND (pending_uri IS NULL) = (nonce_hash IS NULL)
      AND (pending_uri IS NULL) = (challenge_expires_at IS NULL) AND NOT (jwks_uri IS NULL AND pending_uri IS NULL)
      AND (failing_since IS NULL) = (failure IS NULL)),
    CONSTRAINT key_sets_finite CHECK (isfinite(confirmed_at) AND isfinite(challenge_expires_at) AND isfinite(tried_at)
      AND isfinite(read_at) AND isfinite(failing_since))
  );
  CREATE INDEX key_sets_by_try ON reverse_jwt.key_sets ((coalesce(tried_at, '-infinity'::timestamptz)))
    WHERE confirmed_at IS NOT NULL;

  -- What a kid of a project stands for, it stands for as long as there is the project: no row is ever deleted.
  CREATE TABLE reverse_jwt.hosted_keys (
    project_id text COLLATE "C" NOT NULL,
    kid text COLLATE "C" NOT NULL,
    alg text,                           -- NULL, with the two below: revoked before the registry saw it
    public_jwk json,
    thumbprint text COLLATE "C",        -- may be that of a key of another project: a set proves no ownership
    first_seen timestamptz NOT NULL,
    removed_at timestamptz,             -- NULL: it is in the set
    denied_at timestamptz,              -- revoked by the platform, whatever the set says
    reason text,
    PRIMARY KEY (project_id, kid),
    CONSTRAINT hosted_keys_whole CHECK ((alg IS NULL) = (public_jwk IS NULL) AND (alg IS NULL) = (thumbprint IS NULL)
      AND (denied_at IS NULL) = (reason IS NULL) AND NOT (alg IS NULL AND denied_at IS NULL)),
    CONSTRAINT hosted_keys_finite CHECK (isfinite(first_seen) AND isfinite(removed_at) AND isfinite(denied_at))
  );
  CREATE INDEX hosted_keys_present ON reverse_jwt.hosted_keys (project_id) WHERE removed_at IS NULL;
  CREATE INDEX hosted_keys_denied ON reverse_jwt.hosted_keys (project_id) WHERE denied_at IS NOT NULL;
  CREATE INDEX hosted_keys_by_denial ON reverse_jwt.hosted_keys (denied_at) WHERE denied_at IS NOT NULL;
`
