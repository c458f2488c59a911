import { keyPair } from './keys.js'

/**
 * SQL that gives a project so many keys of last year, `old-1` and so on: every other one revoked, the others expired, without asking what a registry
 * would.
 */
export function longHistory(projectId: string, keys: number): string {
  const jwk = JSON.stringify(keyPair('ES256').publicJwk)
  return `
    INSERT INTO reverse_jwt.keys (project_id, kid, alg, public_jwk, thumbprint, created_at, activated_at, not_after,
        revoked_at, revocation_reason)
      SELECT '${projectId}', 'old-' || n, 'ES256', '${jwk}', '${projectId}-' || n, at, at, at + interval '1 hour',
        CASE WHEN n % 2 = 0 THEN at + interval '2 hours' END, CASE WHEN n % 2 = 0 THEN 'superseded' END
      FROM generate_series(1, ${keys}) n, LATERAL (SELECT now() - interval '1 year' + n * interval '1 second' AS at) made;
    ANALYZE reverse_jwt.keys`
}
