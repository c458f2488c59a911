/*
 * The statements of the version for schema 2, as that version sent them (reverse-jwt 0.1.0 before its sessions). It may run beside
 * this version while instances are replaced one by one, so they must go on working, and lose nothing that this version writes.
 */

export const find = `SELECT json_build_object('project', json_build_object('id', p.id, 'name', p.name, 'issuer', p.issuer, 'allowedOrigins', to_json(p.allowed_origins),
  'scopes', to_json(p.scopes), 'suspended', p.suspended, 'metadata', p.metadata),
  'key', json_build_object('kid', k.kid, 'alg', k.alg, 'publicJwk', k.public_jwk, 'notBefore', extract(epoch FROM k.not_before),
  'notAfter', extract(epoch FROM k.not_after), 'revokedAt', extract(epoch FROM k.revoked_at)))::text AS record
FROM reverse_jwt.keys k JOIN reverse_jwt.projects p ON p.id = k.project_id
WHERE k.project_id = $1 AND k.kid = $2 AND k.activated_at IS NOT NULL AND p.deleted_at IS NULL`

export const load = `SELECT json_build_object('record', json_build_object('project', json_build_object('id', p.id, 'name', p.name, 'issuer', p.issuer, 'allowedOrigins', to_json(p.allowed_origins),
  'scopes', to_json(p.scopes), 'suspended', p.suspended, 'metadata', p.metadata),
  'suspensionReason', p.suspension_reason, 'createdAt', extract(epoch FROM p.created_at), 'updatedAt', extract(epoch FROM p.updated_at),
  'deletedAt', extract(epoch FROM p.deleted_at), 'version', p.version), 'keys', (
  SELECT coalesce(json_agg(json_build_object('kid', k.kid, 'alg', k.alg, 'publicJwk', k.public_jwk, 'notBefore', extract(epoch FROM k.not_before),
  'notAfter', extract(epoch FROM k.not_after), 'revokedAt', extract(epoch FROM k.revoked_at), 'thumbprint', k.thumbprint, 'createdAt', extract(epoch FROM k.created_at),
  'activatedAt', extract(epoch FROM k.activated_at), 'revocationReason', k.revocation_reason,
  'lastUsedAt', CASE WHEN isfinite(u.last_used_at) THEN extract(epoch FROM u.last_used_at) END, 'replaces', k.replaces, 'idempotencyKey', k.idempotency_key,
  'challenge', CASE WHEN k.nonce_hash IS NOT NULL THEN json_build_object('nonceHash', k.nonce_hash,
    'expiresAt', extract(epoch FROM k.challenge_expires_at), 'overlap', k.overlap) END) ORDER BY k.created_at, k.kid), '[]')
  FROM reverse_jwt.keys k LEFT JOIN reverse_jwt.key_uses u ON u.project_id = k.project_id AND u.kid = k.kid
  WHERE k.project_id = $1 AND k.kid = ANY (ARRAY(SELECT k.kid FROM reverse_jwt.keys k
    WHERE k.project_id = $1 AND k.revoked_at IS NULL AND CASE WHEN k.activated_at IS NULL THEN k.challenge_expires_at
  ELSE coalesce(k.not_after, 'infinity'::timestamptz) END > to_timestamp($2::text::double precision)
  UNION SELECT k.kid FROM reverse_jwt.keys k
    WHERE k.project_id = $1 AND k.kid = ANY (ARRAY(SELECT json_array_elements_text($4::text::json)))
  UNION (SELECT k.kid FROM reverse_jwt.keys k WHERE k.project_id = $1 AND k.thumbprint = $5
    AND (k.activated_at IS NOT NULL OR k.revoked_at IS NOT NULL) LIMIT 1)
  UNION SELECT k.kid FROM reverse_jwt.keys k WHERE k.project_id = $1 AND k.idempotency_key = $6))
), 'madeKeys', (
  SELECT count(*) FROM reverse_jwt.keys k WHERE k.project_id = $1 AND k.created_at > to_timestamp($3::text::double precision)
))::text AS record
FROM reverse_jwt.projects p WHERE p.id = $1`

export const create = `WITH given AS (
  SELECT id, name, issuer, allowed_origins, scopes, suspended, suspension_reason, metadata,
    to_timestamp(created_at) AS created_at, to_timestamp(updated_at) AS updated_at,
    to_timestamp(deleted_at) AS deleted_at, version
  FROM json_to_record($1::text::json) AS project (id text, name text, issuer text, allowed_origins text[], scopes text[],
    suspended boolean, suspension_reason text, metadata json, created_at double precision,
    updated_at double precision, deleted_at double precision, version integer)
), changed AS (
  INSERT INTO reverse_jwt.projects (id, name, issuer, allowed_origins, scopes, suspended, suspension_reason, metadata, created_at, updated_at, deleted_at, version)
  SELECT id, name, issuer, allowed_origins, scopes, suspended, suspension_reason, metadata, created_at, updated_at, deleted_at, version FROM given
  RETURNING id
), written AS (
  INSERT INTO reverse_jwt.keys AS k (project_id, kid, alg, public_jwk, thumbprint, created_at, activated_at, not_before, not_after, revoked_at, revocation_reason, nonce_hash, challenge_expires_at, overlap, replaces, idempotency_key)
  SELECT changed.id, kid, alg, public_jwk, thumbprint, to_timestamp(created_at), to_timestamp(activated_at),
    to_timestamp(not_before), to_timestamp(not_after), to_timestamp(revoked_at), revocation_reason, nonce_hash,
    to_timestamp(challenge_expires_at), overlap, replaces, idempotency_key
  FROM changed, json_to_recordset($2::text::json) AS key (kid text, alg text, public_jwk json, thumbprint text,
    created_at double precision, activated_at double precision, not_before double precision,
    not_after double precision, revoked_at double precision, revocation_reason text, nonce_hash text,
    challenge_expires_at double precision, overlap double precision, replaces text, idempotency_key text)
  ORDER BY kid
  ON CONFLICT (project_id, kid) DO UPDATE SET
    alg = excluded.alg, public_jwk = excluded.public_jwk, thumbprint = excluded.thumbprint, created_at = excluded.created_at, activated_at = excluded.activated_at, not_before = excluded.not_before, not_after = excluded.not_after, revoked_at = excluded.revoked_at, revocation_reason = excluded.revocation_reason, nonce_hash = excluded.nonce_hash, challenge_expires_at = excluded.challenge_expires_at, overlap = excluded.overlap, replaces = excluded.replaces, idempotency_key = excluded.idempotency_key
  RETURNING k.project_id, k.kid, k.activated_at
), placed AS (
  -- Not by ON CONFLICT, which would wait for a verifier that writes to the row.
  INSERT INTO reverse_jwt.key_uses (project_id, kid)
  SELECT project_id, kid FROM written k WHERE activated_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM reverse_jwt.key_uses u WHERE u.project_id = k.project_id AND u.kid = k.kid)
), removed AS (
  DELETE FROM reverse_jwt.keys k USING changed
  WHERE k.project_id = changed.id AND k.activated_at IS NULL AND k.revoked_at IS NULL
    AND coalesce(k.challenge_expires_at, '-infinity') <= to_timestamp(($3::text::json ->> 'at')::double precision)
    AND k.kid NOT IN (SELECT kid FROM json_to_recordset($2::text::json) AS key (kid text))
), audited AS (
  INSERT INTO reverse_jwt.audit (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  SELECT to_timestamp(at), by, action, changed.id, kid, reason, before, after
  FROM changed, json_to_record($3::text::json) AS record (at double precision, by text, action text, kid text,
    reason text, before json, after json)
  RETURNING *
)
SELECT json_build_object('audit', (SELECT json_build_object('id', a.id, 'at', extract(epoch FROM a.changed_at), 'by', a.changed_by, 'action', a.action,
  'projectId', a.project_id, 'kid', a.kid, 'reason', a.reason, 'before', a.before_change, 'after', a.after_change) FROM audited a))::text AS record, pg_notify('reverse_jwt_changes', id)::text
FROM changed`

export const update = `WITH given AS (
  SELECT id, name, issuer, allowed_origins, scopes, suspended, suspension_reason, metadata,
    to_timestamp(created_at) AS created_at, to_timestamp(updated_at) AS updated_at,
    to_timestamp(deleted_at) AS deleted_at, version
  FROM json_to_record($1::text::json) AS project (id text, name text, issuer text, allowed_origins text[], scopes text[],
    suspended boolean, suspension_reason text, metadata json, created_at double precision,
    updated_at double precision, deleted_at double precision, version integer)
), changed AS (
  UPDATE reverse_jwt.projects p SET name = given.name, issuer = given.issuer, allowed_origins = given.allowed_origins, scopes = given.scopes, suspended = given.suspended, suspension_reason = given.suspension_reason, metadata = given.metadata, created_at = given.created_at, updated_at = given.updated_at, deleted_at = given.deleted_at, version = given.version
  FROM given WHERE p.id = given.id AND p.version = given.version - 1
  RETURNING p.id
), written AS (
  INSERT INTO reverse_jwt.keys AS k (project_id, kid, alg, public_jwk, thumbprint, created_at, activated_at, not_before, not_after, revoked_at, revocation_reason, nonce_hash, challenge_expires_at, overlap, replaces, idempotency_key)
  SELECT changed.id, kid, alg, public_jwk, thumbprint, to_timestamp(created_at), to_timestamp(activated_at),
    to_timestamp(not_before), to_timestamp(not_after), to_timestamp(revoked_at), revocation_reason, nonce_hash,
    to_timestamp(challenge_expires_at), overlap, replaces, idempotency_key
  FROM changed, json_to_recordset($2::text::json) AS key (kid text, alg text, public_jwk json, thumbprint text,
    created_at double precision, activated_at double precision, not_before double precision,
    not_after double precision, revoked_at double precision, revocation_reason text, nonce_hash text,
    challenge_expires_at double precision, overlap double precision, replaces text, idempotency_key text)
  ORDER BY kid
  ON CONFLICT (project_id, kid) DO UPDATE SET
    alg = excluded.alg, public_jwk = excluded.public_jwk, thumbprint = excluded.thumbprint, created_at = excluded.created_at, activated_at = excluded.activated_at, not_before = excluded.not_before, not_after = excluded.not_after, revoked_at = excluded.revoked_at, revocation_reason = excluded.revocation_reason, nonce_hash = excluded.nonce_hash, challenge_expires_at = excluded.challenge_expires_at, overlap = excluded.overlap, replaces = excluded.replaces, idempotency_key = excluded.idempotency_key
  RETURNING k.project_id, k.kid, k.activated_at
), placed AS (
  -- Not by ON CONFLICT, which would wait for a verifier that writes to the row.
  INSERT INTO reverse_jwt.key_uses (project_id, kid)
  SELECT project_id, kid FROM written k WHERE activated_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM reverse_jwt.key_uses u WHERE u.project_id = k.project_id AND u.kid = k.kid)
), removed AS (
  DELETE FROM reverse_jwt.keys k USING changed
  WHERE k.project_id = changed.id AND k.activated_at IS NULL AND k.revoked_at IS NULL
    AND coalesce(k.challenge_expires_at, '-infinity') <= to_timestamp(($3::text::json ->> 'at')::double precision)
    AND k.kid NOT IN (SELECT kid FROM json_to_recordset($2::text::json) AS key (kid text))
), audited AS (
  INSERT INTO reverse_jwt.audit (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  SELECT to_timestamp(at), by, action, changed.id, kid, reason, before, after
  FROM changed, json_to_record($3::text::json) AS record (at double precision, by text, action text, kid text,
    reason text, before json, after json)
  RETURNING *
)
SELECT json_build_object('audit', (SELECT json_build_object('id', a.id, 'at', extract(epoch FROM a.changed_at), 'by', a.changed_by, 'action', a.action,
  'projectId', a.project_id, 'kid', a.kid, 'reason', a.reason, 'before', a.before_change, 'after', a.after_change) FROM audited a))::text AS record, pg_notify('reverse_jwt_changes', id)::text
FROM changed`

export const revoke = `WITH project AS (
  SELECT id FROM reverse_jwt.projects WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE
), found AS (
  SELECT k.* FROM project JOIN reverse_jwt.keys k ON k.project_id = project.id AND k.kid = $2
  FOR NO KEY UPDATE OF k
), revoked AS (
  UPDATE reverse_jwt.keys k SET revoked_at = to_timestamp($3::text::double precision), revocation_reason = $4,
    nonce_hash = NULL, challenge_expires_at = NULL, overlap = NULL
  FROM found WHERE k.project_id = found.project_id AND k.kid = found.kid AND found.revoked_at IS NULL
  RETURNING k.*
), changed AS (
  UPDATE reverse_jwt.projects p SET version = p.version + 1
  FROM revoked WHERE p.id = revoked.project_id
  RETURNING p.id
), audited AS (
  INSERT INTO reverse_jwt.audit (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  SELECT to_timestamp($3::text::double precision), $5, 'key.revoked', revoked.project_id, revoked.kid, $4,
    (SELECT json_build_object('keys', json_build_array(json_strip_nulls(json_build_object('kid', k.kid, 'alg', k.alg, 'state', CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
  WHEN k.activated_at IS NULL THEN CASE WHEN k.challenge_expires_at > to_timestamp($3::text::double precision) THEN 'pending' ELSE 'expired' END
  WHEN k.not_after IS NOT NULL THEN CASE WHEN k.not_after > to_timestamp($3::text::double precision) THEN 'retiring' ELSE 'expired' END
  WHEN k.not_before > to_timestamp($3::text::double precision) THEN 'pending' ELSE 'active' END,
  'publicJwk', k.public_jwk::jsonb || jsonb_build_object('kid', k.kid, 'alg', k.alg, 'use', 'sig'),
  'createdAt', extract(epoch FROM k.created_at), 'activatedAt', extract(epoch FROM k.activated_at),
  'challengeExpiresAt', extract(epoch FROM k.challenge_expires_at), 'notAfter', extract(epoch FROM k.not_after),
  'revokedAt', extract(epoch FROM k.revoked_at), 'revocationReason', k.revocation_reason,
  'lastUsedAt', CASE WHEN isfinite(u.last_used_at) THEN extract(epoch FROM u.last_used_at) END, 'replaces', k.replaces, 'overlap', k.overlap)))) FROM found k LEFT JOIN reverse_jwt.key_uses u ON u.project_id = k.project_id AND u.kid = k.kid), (SELECT json_build_object('keys', json_build_array(json_strip_nulls(json_build_object('kid', k.kid, 'alg', k.alg, 'state', CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
  WHEN k.activated_at IS NULL THEN CASE WHEN k.challenge_expires_at > to_timestamp($3::text::double precision) THEN 'pending' ELSE 'expired' END
  WHEN k.not_after IS NOT NULL THEN CASE WHEN k.not_after > to_timestamp($3::text::double precision) THEN 'retiring' ELSE 'expired' END
  WHEN k.not_before > to_timestamp($3::text::double precision) THEN 'pending' ELSE 'active' END,
  'publicJwk', k.public_jwk::jsonb || jsonb_build_object('kid', k.kid, 'alg', k.alg, 'use', 'sig'),
  'createdAt', extract(epoch FROM k.created_at), 'activatedAt', extract(epoch FROM k.activated_at),
  'challengeExpiresAt', extract(epoch FROM k.challenge_expires_at), 'notAfter', extract(epoch FROM k.not_after),
  'revokedAt', extract(epoch FROM k.revoked_at), 'revocationReason', k.revocation_reason,
  'lastUsedAt', CASE WHEN isfinite(u.last_used_at) THEN extract(epoch FROM u.last_used_at) END, 'replaces', k.replaces, 'overlap', k.overlap)))) FROM revoked k LEFT JOIN reverse_jwt.key_uses u ON u.project_id = k.project_id AND u.kid = k.kid)
  FROM revoked
  RETURNING *
)
SELECT json_build_object('key', (
  SELECT json_build_object('kid', k.kid, 'alg', k.alg, 'publicJwk', k.public_jwk, 'notBefore', extract(epoch FROM k.not_before),
  'notAfter', extract(epoch FROM k.not_after), 'revokedAt', extract(epoch FROM k.revoked_at), 'thumbprint', k.thumbprint, 'createdAt', extract(epoch FROM k.created_at),
  'activatedAt', extract(epoch FROM k.activated_at), 'revocationReason', k.revocation_reason,
  'lastUsedAt', CASE WHEN isfinite(u.last_used_at) THEN extract(epoch FROM u.last_used_at) END, 'replaces', k.replaces, 'idempotencyKey', k.idempotency_key,
  'challenge', CASE WHEN k.nonce_hash IS NOT NULL THEN json_build_object('nonceHash', k.nonce_hash,
    'expiresAt', extract(epoch FROM k.challenge_expires_at), 'overlap', k.overlap) END)
  FROM (SELECT * FROM revoked UNION ALL SELECT * FROM found WHERE revoked_at IS NOT NULL) k LEFT JOIN reverse_jwt.key_uses u ON u.project_id = k.project_id AND u.kid = k.kid
), 'othersUsable', EXISTS (
  SELECT FROM reverse_jwt.keys k
  WHERE k.project_id = $1 AND k.kid <> $2 AND k.revoked_at IS NULL AND CASE WHEN k.activated_at IS NULL THEN k.challenge_expires_at
  ELSE coalesce(k.not_after, 'infinity'::timestamptz) END > to_timestamp($3::text::double precision)
    AND CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
  WHEN k.activated_at IS NULL THEN CASE WHEN k.challenge_expires_at > to_timestamp($3::text::double precision) THEN 'pending' ELSE 'expired' END
  WHEN k.not_after IS NOT NULL THEN CASE WHEN k.not_after > to_timestamp($3::text::double precision) THEN 'retiring' ELSE 'expired' END
  WHEN k.not_before > to_timestamp($3::text::double precision) THEN 'pending' ELSE 'active' END IN ('active', 'retiring')
), 'audit', (SELECT json_build_object('id', a.id, 'at', extract(epoch FROM a.changed_at), 'by', a.changed_by, 'action', a.action,
  'projectId', a.project_id, 'kid', a.kid, 'reason', a.reason, 'before', a.before_change, 'after', a.after_change) FROM audited a))::text AS record, (SELECT pg_notify('reverse_jwt_changes', id)::text FROM changed)
FROM project`
