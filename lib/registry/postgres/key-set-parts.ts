import { seconds } from './moments.js'

/* What other statements say of hosted key sets. `p` is a project, `h` a hosted key. */

export const hostedKeyRecord = `json_build_object('kid', h.kid, 'alg', h.alg, 'publicJwk', h.public_jwk, 'thumbprint', h.thumbprint,
  'firstSeen', ${seconds('h.first_seen')}, 'removedAt', ${seconds('h.removed_at')}, 'deniedAt', ${seconds('h.denied_at')},
  'reason', h.reason)`

const ofSet = (isWanted: string, record: string) =>
  `(SELECT json_build_object(${record}) FROM reverse_jwt.key_sets s WHERE s.project_id = p.id AND ${isWanted})`

export const keySetOfProject = ofSet(
  's.jwks_uri IS NOT NULL',
  `'jwksUri', s.jwks_uri, 'confirmedAt', ${seconds('s.confirmed_at')}, 'readAt', ${seconds('s.read_at')},
    'failure', CASE WHEN s.failure IS NOT NULL THEN json_build_object('since', ${seconds('s.failing_since')}, 'cause', s.failure) END`,
)

export const pendingKeySetOfProject = ofSet(
  's.pending_uri IS NOT NULL',
  `'jwksUri', s.pending_uri, 'challenge', json_build_object('nonceHash', s.nonce_hash,
    'expiresAt', ${seconds('s.challenge_expires_at')})`,
)

/** Of `load`: its kids are the fourth parameter, its thumbprint the fifth. One index each. */
const selectedKids = `SELECT h.kid FROM reverse_jwt.hosted_keys h WHERE h.project_id = $1 AND h.removed_at IS NULL
  UNION SELECT h.kid FROM reverse_jwt.hosted_keys h
    WHERE h.project_id = $1 AND h.kid = ANY (ARRAY(SELECT json_array_elements_text($4::text::json)))
  UNION SELECT h.kid FROM reverse_jwt.hosted_keys h WHERE h.project_id = $1 AND h.thumbprint = $5`

export const selectedHostedKeys = `(
  SELECT coalesce(json_agg(${hostedKeyRecord}), '[]')
  FROM reverse_jwt.hosted_keys h WHERE h.project_id = $1 AND h.kid = ANY (ARRAY(${selectedKids}))
)`

export const hostedKids = '(SELECT count(*) FROM reverse_jwt.hosted_keys h WHERE h.project_id = $1)'

/** Whether tokens of a key of the set can be accepted, as far as known. Names only columns that a verifier may read. */
export const hasHostedKeys = (projectId: string, kid = "''") => `EXISTS (
  SELECT FROM reverse_jwt.key_sets s JOIN reverse_jwt.hosted_keys h ON h.project_id = s.project_id
  WHERE s.project_id = ${projectId} AND s.confirmed_at IS NOT NULL AND h.removed_at IS NULL AND h.denied_at IS NULL
    AND h.kid <> ${kid}
)`

const setColumns = ['jwks_uri', 'confirmed_at', 'pending_uri', 'nonce_hash', 'challenge_expires_at']
const keyColumns = ['alg', 'public_jwk', 'thumbprint', 'first_seen', 'removed_at']
const excluded = (columns: readonly string[]) =>
  columns.map((column) => `${column} = excluded.${column}`).join(', ')
const readColumns = ['tried_at', 'read_at', 'failing_since', 'failure']
const ofSameSet = (column: string) => `CASE WHEN s.jwks_uri = excluded.jwks_uri THEN s.${column} END`

/** Of a change. What became of reads is no part of it, and is forgotten with its address. */
export const keySetConsequences = `set_removed AS (
  DELETE FROM reverse_jwt.key_sets s USING changed
  WHERE s.project_id = changed.id AND json_array_length($4::text::json) = 0
), set_written AS (
  INSERT INTO reverse_jwt.key_sets AS s (project_id, ${setColumns.join(', ')})
  SELECT changed.id, jwks_uri, to_timestamp(confirmed_at), pending_uri, nonce_hash, to_timestamp(challenge_expires_at)
  FROM changed, json_to_recordset($4::text::json) AS given_set (jwks_uri text, confirmed_at double precision, pending_uri text,
    nonce_hash text, challenge_expires_at double precision)
  ON CONFLICT (project_id) DO UPDATE SET ${excluded(setColumns)},
    ${readColumns.map((column) => `${column} = ${ofSameSet(column)}`).join(', ')}
), hosted_written AS (
  INSERT INTO reverse_jwt.hosted_keys AS h (project_id, kid, ${keyColumns.join(', ')}, denied_at, reason)
  SELECT changed.id, kid, alg, public_jwk, thumbprint, to_timestamp(first_seen), to_timestamp(removed_at), to_timestamp(denied_at),
    reason
  FROM changed, json_to_recordset($5::text::json) AS hosted (kid text, alg text, public_jwk json, thumbprint text,
    first_seen double precision, removed_at double precision, denied_at double precision, reason text)
  ORDER BY kid
  ON CONFLICT (project_id, kid) DO UPDATE SET ${excluded(keyColumns)},
    denied_at = coalesce(h.denied_at, excluded.denied_at), reason = coalesce(h.reason, excluded.reason)
)`
