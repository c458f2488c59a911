import { maxSingleSessions } from '../../revocations/condensed.js'

import { acceptedAfterExpiry, issuersTolerance, retention } from '../../revocations/revocation-list.js'
import { moment, seconds } from './moments.js'
import { channel } from './statements.js'

/* The statements about sessions that have ended. Each is one, as all are. */

const interval = (length: number) => `interval '${length} seconds'`
const recently = `now() - ${interval(retention)}`

/** By `now()`, which an index can be read by. Two answers of one process have two times, so that is of the clock itself. */
export const revocations = `SELECT json_build_object('generatedAt', ${seconds('clock_timestamp()')}, 'projects', (
  SELECT coalesce(json_agg(json_build_object('project', project, 'before', ${seconds('before')})), '[]') FROM (
    SELECT p.id AS project, NULL::timestamptz AS before FROM reverse_jwt.projects p
      WHERE p.suspended AND p.updated_at > ${recently}
    UNION ALL SELECT p.id, p.sessions_before FROM reverse_jwt.projects p
      WHERE p.sessions_before IS NOT NULL AND p.sessions_before > ${recently}
    UNION ALL SELECT s.project_id, s.ended_at + ${interval(issuersTolerance)} FROM reverse_jwt.session_revocations s
      WHERE s.session_id = '' AND s.expires_at > now()
  ) AS ended
), 'keys', (
  SELECT coalesce(json_agg(json_build_object('project', k.project_id, 'kid', k.kid,
    'revokedAt', ${seconds('k.revoked_at')})), '[]')
  FROM (
    SELECT project_id, kid, revoked_at FROM reverse_jwt.keys WHERE revoked_at IS NOT NULL AND revoked_at > ${recently}
    UNION ALL SELECT project_id, kid, denied_at FROM reverse_jwt.hosted_keys
      WHERE denied_at IS NOT NULL AND denied_at > ${recently}
  ) AS k
), 'sessions', (
  SELECT coalesce(json_agg(json_build_object('project', s.project_id, 'session', s.session_id,
    'endedAt', ${seconds('s.ended_at')}, 'until', ${seconds('s.expires_at')})), '[]')
  FROM reverse_jwt.session_revocations s
  WHERE s.session_id <> '' AND s.expires_at > now() - ${interval(acceptedAfterExpiry)}
))::text AS record`

const at = moment('$4')
const leeway = interval(acceptedAfterExpiry)

/**
 * Removes sessions that have expired by both clocks, or one that is ahead would bring sessions back, and skips what another
 * statement removes. The row of a whole project, of which there is one at most, is never removed: so no two of these statements
 * wait for each other.
 */
export const endSession = `WITH expired AS MATERIALIZED (
  SELECT project_id, session_id FROM reverse_jwt.session_revocations
  WHERE expires_at <= least(${at}, now()) - ${leeway} AND session_id <> ''
  ORDER BY expires_at LIMIT ${maxSingleSessions}
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM reverse_jwt.session_revocations s USING expired
  WHERE s.project_id = expired.project_id AND s.session_id = expired.session_id
), listed AS (
  SELECT count(*) >= ${maxSingleSessions} AS is_many FROM reverse_jwt.session_revocations
  WHERE project_id = $1 AND session_id <> '' AND expires_at > ${at} - ${leeway}
), written AS (
  INSERT INTO reverse_jwt.session_revocations AS s (project_id, session_id, ended_at, expires_at)
  SELECT $1, CASE WHEN is_many THEN '' ELSE $2 END, ${at},
    CASE WHEN is_many THEN ${at} + ${interval(retention)} ELSE least(${moment('$3')}, ${at} + ${interval(retention)}) END
  FROM listed
  WHERE ${moment('$3')} > ${at} - ${leeway} AND NOT EXISTS (
    SELECT FROM reverse_jwt.session_revocations WHERE project_id = $1 AND session_id = $2
  )
  ON CONFLICT (project_id, session_id) DO UPDATE
    SET ended_at = greatest(s.ended_at, excluded.ended_at), expires_at = greatest(s.expires_at, excluded.expires_at)
  RETURNING project_id
)
SELECT 'true' AS record, pg_notify('${channel}', project_id)::text FROM written`
