/*
 * Every statement of the PostgreSQL store. What goes in and what comes out is text: drivers differ in how they read other types.
 * A change is one statement, because two queries of a pool need not share a connection: so it is whole, or not at all.
 */

export const channel = 'reverse_jwt_changes'

const seconds = (column: string) => `extract(epoch FROM ${column})`

const projectMembers = `'id', p.id, 'name', p.name, 'issuer', p.issuer, 'allowedOrigins', to_json(p.allowed_origins),
  'scopes', to_json(p.scopes), 'suspended', p.suspended, 'metadata', p.metadata`

const foundKeyMembers = `'kid', k.kid, 'alg', k.alg, 'publicJwk', k.public_jwk, 'notBefore', ${seconds('k.not_before')},
  'notAfter', ${seconds('k.not_after')}, 'revokedAt', ${seconds('k.revoked_at')}`

const projectRecord = `json_build_object('project', json_build_object(${projectMembers}),
  'suspensionReason', p.suspension_reason, 'createdAt', ${seconds('p.created_at')}, 'updatedAt', ${seconds('p.updated_at')},
  'deletedAt', ${seconds('p.deleted_at')}, 'version', p.version)`

const keyRecord = `json_build_object(${foundKeyMembers}, 'thumbprint', k.thumbprint, 'createdAt', ${seconds('k.created_at')},
  'activatedAt', ${seconds('k.activated_at')}, 'revocationReason', k.revocation_reason,
  'lastUsedAt', ${seconds('k.last_used_at')}, 'replaces', k.replaces, 'idempotencyKey', k.idempotency_key,
  'challenge', CASE WHEN k.nonce_hash IS NOT NULL THEN json_build_object('nonceHash', k.nonce_hash,
    'expiresAt', ${seconds('k.challenge_expires_at')}, 'overlap', k.overlap) END)`

export const find = `SELECT json_build_object('project', json_build_object(${projectMembers}),
  'key', json_build_object(${foundKeyMembers}))::text AS record
FROM reverse_jwt.keys k JOIN reverse_jwt.projects p ON p.id = k.project_id
WHERE k.project_id = $1 AND k.kid = $2 AND k.activated_at IS NOT NULL AND p.deleted_at IS NULL`

export const load = `SELECT json_build_object('record', ${projectRecord}, 'keys', (
  SELECT coalesce(json_agg(${keyRecord} ORDER BY k.created_at, k.kid), '[]')
  FROM reverse_jwt.keys k WHERE k.project_id = p.id))::text AS record
FROM reverse_jwt.projects p WHERE p.id = $1`

export const list = `SELECT ${projectRecord}::text AS record FROM reverse_jwt.projects p
WHERE p.deleted_at IS NULL AND p.id > $1 ORDER BY p.id LIMIT $2::text::integer`

const auditRecord = `json_build_object('id', a.id, 'at', ${seconds('a.changed_at')}, 'by', a.changed_by, 'action', a.action,
  'projectId', a.project_id, 'kid', a.kid, 'reason', a.reason, 'before', a.before_change, 'after', a.after_change)`

const auditPage = (filter: string) => `SELECT ${auditRecord}::text AS record FROM reverse_jwt.audit a
WHERE a.id < $1::text::bigint ${filter} ORDER BY a.id DESC LIMIT $2::text::integer`

export const audit = auditPage('')
export const auditOfProject = auditPage('AND a.project_id = $3')

const projectColumns = [
  'name',
  'issuer',
  'allowed_origins',
  'scopes',
  'suspended',
  'suspension_reason',
  'metadata',
  'created_at',
  'updated_at',
  'deleted_at',
  'version',
]

const givenProject = `given AS (
  SELECT id, name, issuer, allowed_origins, scopes, suspended, suspension_reason, metadata,
    to_timestamp(created_at) AS created_at, to_timestamp(updated_at) AS updated_at,
    to_timestamp(deleted_at) AS deleted_at, version
  FROM json_to_record($1::text::json) AS project (id text, name text, issuer text, allowed_origins text[], scopes text[],
    suspended boolean, suspension_reason text, metadata json, created_at double precision,
    updated_at double precision, deleted_at double precision, version integer)
)`

const keyColumns = [
  'alg',
  'public_jwk',
  'thumbprint',
  'created_at',
  'activated_at',
  'not_before',
  'not_after',
  'revoked_at',
  'revocation_reason',
  'nonce_hash',
  'challenge_expires_at',
  'overlap',
  'replaces',
  'idempotency_key',
]

/** When a key was used last is not part of a change: another instance may have noted it since. */
const consequences = `written AS (
  INSERT INTO reverse_jwt.keys (project_id, kid, ${keyColumns.join(', ')}, last_used_at)
  SELECT changed.id, kid, alg, public_jwk, thumbprint, to_timestamp(created_at), to_timestamp(activated_at),
    to_timestamp(not_before), to_timestamp(not_after), to_timestamp(revoked_at), revocation_reason, nonce_hash,
    to_timestamp(challenge_expires_at), overlap, replaces, idempotency_key, to_timestamp(last_used_at)
  FROM changed, json_to_recordset($2::text::json) AS key (kid text, alg text, public_jwk json, thumbprint text,
    created_at double precision, activated_at double precision, not_before double precision,
    not_after double precision, revoked_at double precision, revocation_reason text, nonce_hash text,
    challenge_expires_at double precision, overlap double precision, replaces text, idempotency_key text,
    last_used_at double precision)
  ORDER BY kid
  ON CONFLICT (project_id, kid) DO UPDATE SET
    ${keyColumns.map((column) => `${column} = excluded.${column}`).join(', ')}
), audited AS (
  INSERT INTO reverse_jwt.audit (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  SELECT to_timestamp(at), by, action, changed.id, kid, reason, before, after
  FROM changed, json_to_record($3::text::json) AS record (at double precision, by text, action text, kid text,
    reason text, before json, after json)
)
SELECT pg_notify('${channel}', id)::text AS record FROM changed`

export const create = `WITH ${givenProject}, changed AS (
  INSERT INTO reverse_jwt.projects (id, ${projectColumns.join(', ')})
  SELECT id, ${projectColumns.join(', ')} FROM given
  RETURNING id
), ${consequences}`

export const update = `WITH ${givenProject}, changed AS (
  UPDATE reverse_jwt.projects p SET ${projectColumns.map((column) => `${column} = given.${column}`).join(', ')}
  FROM given WHERE p.id = given.id AND p.version = given.version - 1
  RETURNING p.id
), ${consequences}`

/** The rows are locked in one order, or two instances could wait for each other. */
export const touch = `WITH uses AS (
  SELECT project_id, kid, to_timestamp(max(at)) AS at
  FROM json_to_recordset($1::text::json) AS used (project_id text, kid text, at double precision)
  GROUP BY project_id, kid
), locked AS MATERIALIZED (
  SELECT k.project_id, k.kid, uses.at
  FROM reverse_jwt.keys k JOIN uses ON k.project_id = uses.project_id AND k.kid = uses.kid
  WHERE k.last_used_at IS NULL OR k.last_used_at < uses.at
  ORDER BY k.project_id, k.kid
  FOR NO KEY UPDATE OF k
)
UPDATE reverse_jwt.keys k SET last_used_at = greatest(k.last_used_at, locked.at)
FROM locked WHERE k.project_id = locked.project_id AND k.kid = locked.kid`

export const newestVersion = 'SELECT max(version)::text AS record FROM reverse_jwt.migrations'
