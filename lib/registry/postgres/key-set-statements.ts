import { maxKeptKids } from '../store/hosted-keys.js'
import { hostedKeyRecord } from './key-set-parts.js'
import { moment, seconds } from './moments.js'
import { auditRecord, channel, othersUsable, projectMembers } from './statements.js'

/* The statements about hosted key sets. Each is one, as all are. */

const keysOfSet = (isWanted: string, record: string) => `(
  SELECT coalesce(json_agg(json_build_object(${record})), '[]')
  FROM reverse_jwt.hosted_keys h WHERE h.project_id = s.project_id AND ${isWanted}
)`

/**
 * What is revoked as a registered key is revoked under each kid that the set has it under, too. Names only columns that a verifier may
 * read.
 */
export const keySet = `SELECT json_build_object('project', json_build_object(${projectMembers}), 'jwksUri', s.jwks_uri,
  'denied', (
    SELECT coalesce(json_agg(json_build_object('kid', kid, 'deniedAt', ${seconds('at')}, 'thumbprint', thumbprint)), '[]') FROM (
      SELECT h.kid, h.denied_at AS at, h.thumbprint FROM reverse_jwt.hosted_keys h
        WHERE h.project_id = s.project_id AND h.denied_at IS NOT NULL
      UNION SELECT k.kid, k.revoked_at, k.thumbprint
        FROM reverse_jwt.hosted_keys h JOIN reverse_jwt.keys k ON k.project_id = h.project_id AND k.thumbprint = h.thumbprint
        WHERE h.project_id = s.project_id AND h.removed_at IS NULL AND k.revoked_at IS NOT NULL
    ) AS denied
  ),
  'copy', CASE WHEN s.read_at IS NOT NULL THEN json_build_object('age', greatest(0, ${seconds('now() - s.read_at')}), 'keys', ${keysOfSet(
    'h.removed_at IS NULL AND h.denied_at IS NULL',
    "'kid', h.kid, 'alg', h.alg, 'publicJwk', h.public_jwk",
  )}) END)::text AS record
FROM reverse_jwt.key_sets s JOIN reverse_jwt.projects p ON p.id = s.project_id
WHERE s.project_id = $1 AND s.confirmed_at IS NOT NULL AND p.deleted_at IS NULL`

export const listHostedKeys = `SELECT ${hostedKeyRecord}::text AS record FROM reverse_jwt.hosted_keys h
WHERE h.project_id = $1 AND (h.first_seen, h.kid) > (${moment('$2')}, $3)
ORDER BY h.first_seen, h.kid LIMIT $4::text::integer`

const tried = "coalesce(s.tried_at, '-infinity'::timestamptz)"

/** A try in the future is one by a clock that was ahead. Who comes at the same time gets other sets, and waits for nobody. */
export const dueKeySets = `WITH due AS MATERIALIZED (
  SELECT s.project_id FROM reverse_jwt.key_sets s JOIN reverse_jwt.projects p ON p.id = s.project_id
  WHERE s.confirmed_at IS NOT NULL AND p.deleted_at IS NULL AND NOT p.suspended
    AND (${tried} <= now() - make_interval(secs => $1::text::double precision) OR ${tried} > now() + interval '1 minute')
  ORDER BY ${tried} LIMIT $2::text::integer
  FOR NO KEY UPDATE OF s SKIP LOCKED
)
UPDATE reverse_jwt.key_sets s SET tried_at = now() FROM due WHERE s.project_id = due.project_id
RETURNING json_build_object('projectId', s.project_id, 'jwksUri', s.jwks_uri)::text AS record`

export const noteKeySetRead = `UPDATE reverse_jwt.key_sets SET
  read_at = CASE WHEN $3::text::boolean THEN now() ELSE read_at END,
  failing_since = CASE WHEN $4 <> '' THEN coalesce(failing_since, now()) END, failure = nullif($4, '')
WHERE project_id = $1 AND jwks_uri = $2`

/** As `hostedKeyView` has it. */
const view = (
  source: string,
) => `(SELECT json_build_object('hostedKeys', coalesce(json_agg(json_strip_nulls(json_build_object(
  'hosted', true, 'kid', h.kid,
  'state', CASE WHEN h.denied_at IS NOT NULL THEN 'revoked' WHEN h.removed_at IS NULL THEN 'active' ELSE 'removed' END,
  'alg', h.alg, 'publicJwk', h.public_jwk::jsonb || jsonb_build_object('kid', h.kid, 'alg', h.alg, 'use', 'sig'),
  'firstSeen', ${seconds('h.first_seen')}, 'removedAt', ${seconds('h.removed_at')}, 'revokedAt', ${seconds('h.denied_at')},
  'revocationReason', h.reason))), '[]')) FROM ${source} h)`

/**
 * As `revoke`, for a kid under which no key is registered. One that was never seen is noted as gone from the set, so that the next
 * read of the set fills it in.
 */
export const denyHostedKey = `WITH project AS (
  SELECT id FROM reverse_jwt.projects WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE
), found AS (
  SELECT h.* FROM project JOIN reverse_jwt.hosted_keys h ON h.project_id = project.id AND h.kid = $2
), known AS (
  SELECT EXISTS (SELECT FROM found) AS is_seen,
    EXISTS (SELECT FROM reverse_jwt.key_sets s WHERE s.project_id = $1 AND s.confirmed_at IS NOT NULL) AS has_set,
    (SELECT count(*) FROM reverse_jwt.hosted_keys h WHERE h.project_id = $1) < ${maxKeptKids} AS has_room
), denied AS (
  INSERT INTO reverse_jwt.hosted_keys AS h (project_id, kid, first_seen, removed_at, denied_at, reason)
  SELECT project.id, $2, ${moment('$3')}, ${moment('$3')}, ${moment('$3')}, $4
  FROM project, known WHERE is_seen OR (has_set AND has_room)
  ON CONFLICT (project_id, kid) DO UPDATE SET denied_at = excluded.denied_at, reason = excluded.reason
    WHERE h.denied_at IS NULL
  RETURNING h.*
), changed AS (
  UPDATE reverse_jwt.projects p SET version = p.version + 1
  FROM denied WHERE p.id = denied.project_id
  RETURNING p.id
), audited AS (
  INSERT INTO reverse_jwt.audit (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  SELECT ${moment('$3')}, $5, 'key.revoked', denied.project_id, denied.kid, $4, ${view('found')}, ${view('denied')}
  FROM denied
  RETURNING *
)
SELECT json_build_object('hostedKey', (
  SELECT ${hostedKeyRecord} FROM (SELECT * FROM denied UNION ALL SELECT * FROM found WHERE denied_at IS NOT NULL) h
), 'isTooMany', (SELECT has_set AND NOT is_seen AND NOT has_room FROM known),
  'othersUsable', ${othersUsable}, 'audit', (SELECT ${auditRecord} FROM audited a))::text AS record,
  (SELECT pg_notify('${channel}', id)::text FROM changed)
FROM project`
