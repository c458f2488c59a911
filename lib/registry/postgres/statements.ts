import { maxExpiringKeys } from '../store/expiring-keys.js'
import {
  hasHostedKeys,
  hostedKids,
  keySetConsequences,
  keySetOfProject,
  pendingKeySetOfProject,
  selectedHostedKeys,
} from './key-set-parts.js'
import { moment, seconds } from './moments.js'

/*
 * Every statement of the PostgreSQL store. What goes in and what comes out is text: drivers differ in how they read other
 * types. A change is one statement, because two queries of a pool need not share a connection: so it is whole, or not at all.
 */

export const channel = 'reverse_jwt_changes'

export const projectMembers = `'id', p.id, 'name', p.name, 'issuer', p.issuer, 'allowedOrigins', to_json(p.allowed_origins),
  'scopes', to_json(p.scopes), 'suspended', p.suspended, 'metadata', p.metadata`

const foundKeyMembers = `'kid', k.kid, 'alg', k.alg, 'publicJwk', k.public_jwk, 'notBefore', ${seconds('k.not_before')},
  'notAfter', ${seconds('k.not_after')}, 'revokedAt', ${seconds('k.revoked_at')}`

const projectRecord = `json_build_object('project', json_build_object(${projectMembers}),
  'suspensionReason', p.suspension_reason, 'createdAt', ${seconds('p.created_at')}, 'updatedAt', ${seconds('p.updated_at')},
  'deletedAt', ${seconds('p.deleted_at')}, 'sessionsBefore', ${seconds('p.sessions_before')}, 'version', p.version,
  'keySet', ${keySetOfProject}, 'pendingKeySet', ${pendingKeySetOfProject})`

/** A time that is none is left out: a verifier writes it, and shall hold up nothing by it. */
const lastUsedAt = `CASE WHEN isfinite(u.last_used_at) THEN ${seconds('u.last_used_at')} END`
const withUses = 'LEFT JOIN reverse_jwt.key_uses u ON u.project_id = k.project_id AND u.kid = k.kid'

const keyRecord = `json_build_object(${foundKeyMembers}, 'thumbprint', k.thumbprint, 'createdAt', ${seconds('k.created_at')},
  'activatedAt', ${seconds('k.activated_at')}, 'revocationReason', k.revocation_reason,
  'lastUsedAt', ${lastUsedAt}, 'replaces', k.replaces, 'idempotencyKey', k.idempotency_key,
  'challenge', CASE WHEN k.nonce_hash IS NOT NULL THEN json_build_object('nonceHash', k.nonce_hash,
    'expiresAt', ${seconds('k.challenge_expires_at')}, 'overlap', k.overlap) END)`

export const find = `SELECT json_build_object('project', json_build_object(${projectMembers}),
  'key', json_build_object(${foundKeyMembers}))::text AS record
FROM reverse_jwt.keys k JOIN reverse_jwt.projects p ON p.id = k.project_id
WHERE k.project_id = $1 AND k.kid = $2 AND (k.activated_at IS NOT NULL OR k.revoked_at IS NOT NULL) AND p.deleted_at IS NULL`

/** When a key that is not revoked ends. Spelled as in the index `keys_live`. */
const end = `CASE WHEN k.activated_at IS NULL THEN k.challenge_expires_at
  ELSE coalesce(k.not_after, 'infinity'::timestamptz) END`

/** One index each: a project may have had any number of keys. */
const selectedKids = `SELECT k.kid FROM reverse_jwt.keys k
    WHERE k.project_id = $1 AND k.revoked_at IS NULL AND ${end} > ${moment('$2')}
  UNION SELECT k.kid FROM reverse_jwt.keys k
    WHERE k.project_id = $1 AND k.kid = ANY (ARRAY(SELECT json_array_elements_text($4::text::json)))
  UNION (SELECT k.kid FROM reverse_jwt.keys k WHERE k.project_id = $1 AND k.thumbprint = $5
    AND (k.activated_at IS NOT NULL OR k.revoked_at IS NOT NULL) LIMIT 1)
  UNION SELECT k.kid FROM reverse_jwt.keys k WHERE k.project_id = $1 AND k.idempotency_key = $6`

export const load = `SELECT json_build_object('record', ${projectRecord}, 'keys', (
  SELECT coalesce(json_agg(${keyRecord} ORDER BY k.created_at, k.kid), '[]')
  FROM reverse_jwt.keys k ${withUses}
  WHERE k.project_id = $1 AND k.kid = ANY (ARRAY(${selectedKids}))
), 'madeKeys', (
  SELECT count(*) FROM reverse_jwt.keys k WHERE k.project_id = $1 AND k.created_at > ${moment('$3')}
), 'hostedKeys', ${selectedHostedKeys}, 'hostedKids', ${hostedKids})::text AS record
FROM reverse_jwt.projects p WHERE p.id = $1`

export const listKeys = `SELECT ${keyRecord}::text AS record FROM reverse_jwt.keys k ${withUses}
WHERE k.project_id = $1 AND (k.created_at, k.kid) > (${moment('$2')}, $3)
ORDER BY k.created_at, k.kid LIMIT $4::text::integer`

export const list = `SELECT ${projectRecord}::text AS record FROM reverse_jwt.projects p
WHERE p.deleted_at IS NULL AND p.id > $1 ORDER BY p.id LIMIT $2::text::integer`

/** As `expiringOf` has it. Names no column that a verifier may not read, so the indices are others than those of `load`. */
export const expiringKeys = `SELECT json_build_object('projectId', k.project_id, 'kid', k.kid,
  'notAfter', ${seconds('k.not_after')})::text AS record
FROM reverse_jwt.keys k JOIN reverse_jwt.projects p ON p.id = k.project_id
WHERE k.activated_at IS NOT NULL AND k.revoked_at IS NULL AND k.not_after > now() AND k.not_after < ${moment('$1')}
  AND NOT p.suspended AND p.deleted_at IS NULL AND NOT EXISTS (
    SELECT FROM reverse_jwt.keys o
    WHERE o.project_id = k.project_id AND o.activated_at IS NOT NULL AND o.revoked_at IS NULL
      AND coalesce(o.not_after, 'infinity'::timestamptz) > k.not_after AND coalesce(o.not_before, '-infinity') <= k.not_after
  ) AND NOT ${hasHostedKeys('k.project_id')}
ORDER BY k.not_after, k.project_id, k.kid LIMIT ${maxExpiringKeys}`

/** A NULL within a list is an entry of that list, and no project without one. */
export const origins = `SELECT json_build_object('listed', to_json(ARRAY(
  SELECT DISTINCT unnest(p.allowed_origins) FROM reverse_jwt.projects p WHERE p.deleted_at IS NULL
)), 'any', EXISTS (
  SELECT FROM reverse_jwt.projects p WHERE p.deleted_at IS NULL AND p.allowed_origins IS NULL
))::text AS record`

export const auditRecord = `json_build_object('id', a.id, 'at', ${seconds('a.changed_at')}, 'by', a.changed_by, 'action', a.action,
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
  'sessions_before',
  'version',
]

const givenProject = `given AS (
  SELECT id, name, issuer, allowed_origins, scopes, suspended, suspension_reason, metadata,
    to_timestamp(created_at) AS created_at, to_timestamp(updated_at) AS updated_at,
    to_timestamp(deleted_at) AS deleted_at, to_timestamp(sessions_before) AS sessions_before, version
  FROM json_to_record($1::text::json) AS project (id text, name text, issuer text, allowed_origins text[], scopes text[],
    suspended boolean, suspension_reason text, metadata json, created_at double precision,
    updated_at double precision, deleted_at double precision, sessions_before double precision, version integer)
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

/** When a key was used last is not part of a change: a change only makes the place where verifiers write it. */
const consequences = `written AS (
  INSERT INTO reverse_jwt.keys AS k (project_id, kid, ${keyColumns.join(', ')})
  SELECT changed.id, kid, alg, public_jwk, thumbprint, to_timestamp(created_at), to_timestamp(activated_at),
    to_timestamp(not_before), to_timestamp(not_after), to_timestamp(revoked_at), revocation_reason, nonce_hash,
    to_timestamp(challenge_expires_at), overlap, replaces, idempotency_key
  FROM changed, json_to_recordset($2::text::json) AS key (kid text, alg text, public_jwk json, thumbprint text,
    created_at double precision, activated_at double precision, not_before double precision,
    not_after double precision, revoked_at double precision, revocation_reason text, nonce_hash text,
    challenge_expires_at double precision, overlap double precision, replaces text, idempotency_key text)
  ORDER BY kid
  ON CONFLICT (project_id, kid) DO UPDATE SET
    ${keyColumns.map((column) => `${column} = excluded.${column}`).join(', ')}
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
), ${keySetConsequences}, audited AS (
  INSERT INTO reverse_jwt.audit (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  SELECT to_timestamp(at), by, action, changed.id, kid, reason, before, after
  FROM changed, json_to_record($3::text::json) AS record (at double precision, by text, action text, kid text,
    reason text, before json, after json)
  RETURNING *
)
SELECT json_build_object('audit', (SELECT ${auditRecord} FROM audited a))::text AS record, pg_notify('${channel}', id)::text
FROM changed`

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

/** As `keyState` has it. */
const state = (at: string) => `CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
  WHEN k.activated_at IS NULL THEN CASE WHEN k.challenge_expires_at > ${at} THEN 'pending' ELSE 'expired' END
  WHEN k.not_after IS NOT NULL THEN CASE WHEN k.not_after > ${at} THEN 'retiring' ELSE 'expired' END
  WHEN k.not_before > ${at} THEN 'pending' ELSE 'active' END`

/** As `keyView` has it. */
const keyView = (
  at: string,
) => `json_strip_nulls(json_build_object('kid', k.kid, 'alg', k.alg, 'state', ${state(at)},
  'publicJwk', k.public_jwk::jsonb || jsonb_build_object('kid', k.kid, 'alg', k.alg, 'use', 'sig'),
  'createdAt', ${seconds('k.created_at')}, 'activatedAt', ${seconds('k.activated_at')},
  'challengeExpiresAt', ${seconds('k.challenge_expires_at')}, 'notAfter', ${seconds('k.not_after')},
  'revokedAt', ${seconds('k.revoked_at')}, 'revocationReason', k.revocation_reason,
  'lastUsedAt', ${lastUsedAt}, 'replaces', k.replaces, 'overlap', k.overlap))`

const snapshotOf = (source: string) =>
  `(SELECT json_build_object('keys', json_build_array(${keyView(moment('$3'))})) FROM ${source} k ${withUses})`

/** Of a revocation: whether another key than this can sign. */
export const othersUsable = `(EXISTS (
  SELECT FROM reverse_jwt.keys k
  WHERE k.project_id = $1 AND k.kid <> $2 AND k.revoked_at IS NULL AND ${end} > ${moment('$3')}
    AND ${state(moment('$3'))} IN ('active', 'retiring')
) OR ${hasHostedKeys('$1', '$2')})`

/**
 * The project is locked before its key, as every change does, and its version moves on: what was decided on before is stale.
 * Reads nothing of the history.
 */
export const revoke = `WITH project AS (
  SELECT id FROM reverse_jwt.projects WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE
), found AS (
  SELECT k.* FROM project JOIN reverse_jwt.keys k ON k.project_id = project.id AND k.kid = $2
  FOR NO KEY UPDATE OF k
), revoked AS (
  UPDATE reverse_jwt.keys k SET revoked_at = ${moment('$3')}, revocation_reason = $4,
    nonce_hash = NULL, challenge_expires_at = NULL, overlap = NULL
  FROM found WHERE k.project_id = found.project_id AND k.kid = found.kid AND found.revoked_at IS NULL
  RETURNING k.*
), changed AS (
  UPDATE reverse_jwt.projects p SET version = p.version + 1
  FROM revoked WHERE p.id = revoked.project_id
  RETURNING p.id
), audited AS (
  INSERT INTO reverse_jwt.audit (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  SELECT ${moment('$3')}, $5, 'key.revoked', revoked.project_id, revoked.kid, $4,
    ${snapshotOf('found')}, ${snapshotOf('revoked')}
  FROM revoked
  RETURNING *
)
SELECT json_build_object('key', (
  SELECT ${keyRecord}
  FROM (SELECT * FROM revoked UNION ALL SELECT * FROM found WHERE revoked_at IS NOT NULL) k ${withUses}
), 'othersUsable', ${othersUsable}, 'audit', (SELECT ${auditRecord} FROM audited a))::text AS record, (SELECT pg_notify('${channel}', id)::text FROM changed)
FROM project`

/** The rows are locked in one order, or two instances could wait for each other. */
export const touch = `WITH uses AS (
  SELECT project_id, kid, to_timestamp(max(at)) AS at
  FROM json_to_recordset($1::text::json) AS used (project_id text, kid text, at double precision)
  GROUP BY project_id, kid
), locked AS MATERIALIZED (
  SELECT u.project_id, u.kid, uses.at
  FROM reverse_jwt.key_uses u JOIN uses ON u.project_id = uses.project_id AND u.kid = uses.kid
  WHERE u.last_used_at IS NULL OR u.last_used_at < uses.at
  ORDER BY u.project_id, u.kid
  FOR NO KEY UPDATE OF u
)
UPDATE reverse_jwt.key_uses u SET last_used_at = greatest(u.last_used_at, locked.at)
FROM locked WHERE u.project_id = locked.project_id AND u.kid = locked.kid`

export const newestVersion = 'SELECT max(version)::text AS record FROM reverse_jwt.migrations'
