/** SQL that makes so many projects with so many keys each, without asking what a registry would. */
export function manyProjects(jwk: object, projects: number, keysOfProject: number): string {
  return `
    INSERT INTO reverse_jwt.projects (id, issuer, suspended, created_at, updated_at, version)
      SELECT 'project-' || n, 'project-' || n, false, now(), now(), 1 FROM generate_series(1, ${projects}) n;
    INSERT INTO reverse_jwt.keys (project_id, kid, alg, public_jwk, thumbprint, created_at, activated_at)
      SELECT 'project-' || n, 'key-' || k, 'ES256', '${JSON.stringify(jwk)}', n || '-' || k, now(), now()
      FROM generate_series(1, ${projects}) n, generate_series(1, ${keysOfProject}) k;
    INSERT INTO reverse_jwt.key_uses (project_id, kid)
      SELECT 'project-' || n, 'key-' || k FROM generate_series(1, ${projects}) n, generate_series(1, ${keysOfProject}) k;
    ANALYZE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses`
}
