/** Projects, their keys, and who changed them. */
export const projectsAndKeys = `  -- Names compare as bytes, whatever the language of the database.
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
`
