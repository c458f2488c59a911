import { moment, seconds } from './moments.js'

/* The statements about what was recorded of tokens and sessions. */

/**
 * Asks for no answer and names no column that conflicts, or it would take the right to read. What was written before its answer was
 * lost is not written twice.
 */
export const insertEvents = `INSERT INTO reverse_jwt.events
  (id, at, type, code, reason, signature, project_id, kid, jti_hash, origin, count, detail)
SELECT id, to_timestamp(at), type, code, reason, signature, project_id, kid, jti_hash, origin, count, detail
FROM json_to_recordset($1::text::json) AS event (id uuid, at double precision, type text, code text, reason text,
  signature text, project_id text, kid text, jti_hash text, origin text, count integer, detail json)
ON CONFLICT DO NOTHING`

export const refusal = `SELECT json_build_object('id', e.id, 'at', ${seconds('e.at')}, 'type', e.type, 'code', e.code,
  'reason', e.reason, 'signature', e.signature, 'projectId', e.project_id, 'kid', e.kid, 'origin', e.origin,
  'detail', e.detail)::text AS record
FROM reverse_jwt.events e
WHERE e.id = $1::text::uuid AND e.type IN ('refused', 'unavailable', 'session.failed')`

/** So many rows in one statement that others do not wait for it. */
export const maxDeleted = 5_000

export const deleteEvents = `WITH removed AS (
  DELETE FROM reverse_jwt.events WHERE id IN (
    SELECT id FROM reverse_jwt.events WHERE at < ${moment('$1')} ORDER BY at LIMIT ${maxDeleted}
  )
  RETURNING 1
)
SELECT count(*)::text AS record FROM removed`
