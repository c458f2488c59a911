import { required, text } from '../../options/kinds.js'
import { optionsReader } from '../../options/options.js'

/**
 * The SQL that gives two roles what they need, and nothing more. The owner, who runs `migrate()`, needs no grant.
 *
 * `registry`: reads and changes projects and keys; adds to the audit and reads it, and can neither change nor delete a record,
 * nor choose its number; adds to the record of events and reads it. `verifier`: reads what a verification needs and which sessions
 * have ended, notes when keys were last used, ends single sessions, and adds to the record of events, which it cannot read; it can
 * lock no project and no key. Neither can change or delete an event. What either role could do before is taken back, so run it again
 * after a `migrate()` to a newer version.
 *
 * @example
 * console.log(grants({ registry: 'platform_admin', verifier: 'platform_api' }))
 */
export function grants(roles: { readonly registry: string; readonly verifier: string }): string {
  const names = readRoles(roles)
  const registry = quotedName(names.registry)
  const verifier = quotedName(names.verifier)
  return `REVOKE ALL ON ALL TABLES IN SCHEMA reverse_jwt FROM ${registry}, ${verifier};
GRANT USAGE ON SCHEMA reverse_jwt TO ${registry}, ${verifier};
GRANT SELECT, INSERT, UPDATE ON reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses TO ${registry};
GRANT DELETE ON reverse_jwt.keys TO ${registry};
GRANT SELECT, INSERT (changed_at, changed_by, action, project_id, kid, reason, before_change, after_change)
  ON reverse_jwt.audit TO ${registry};
GRANT SELECT (id, name, issuer, allowed_origins, scopes, suspended, metadata, updated_at, deleted_at, sessions_before)
  ON reverse_jwt.projects TO ${verifier};
GRANT SELECT (project_id, kid, alg, public_jwk, activated_at, not_before, not_after, revoked_at)
  ON reverse_jwt.keys TO ${verifier};
GRANT SELECT (project_id, kid, last_used_at), UPDATE (last_used_at) ON reverse_jwt.key_uses TO ${verifier};
GRANT SELECT, INSERT, UPDATE, DELETE ON reverse_jwt.session_revocations TO ${registry}, ${verifier};
GRANT INSERT ON reverse_jwt.events TO ${registry}, ${verifier};
GRANT SELECT ON reverse_jwt.events TO ${registry};`
}

/** PostgreSQL would cut a longer name, and so grant to another role. */
const role = required(
  text({
    fits: (name) => name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= 63,
    what: 'the name of a role: 1 to 63 bytes, without NUL',
  }),
  'the name of a role',
)

const readRoles = optionsReader('grants', { registry: role, verifier: role }, 'role')

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
