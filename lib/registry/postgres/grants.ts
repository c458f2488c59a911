import { required, text } from '../../options/kinds.js'
import { optionsReader } from '../../options/options.js'
import { rights, type Grant, type RegistryRole } from './rights.js'

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
  const quoted: Names = { registry: quotedName(names.registry), verifier: quotedName(names.verifier) }
  const both = listOf(['registry', 'verifier'], quoted)
  return [
    `REVOKE ALL ON ALL TABLES IN SCHEMA reverse_jwt FROM ${both};`,
    `GRANT USAGE ON SCHEMA reverse_jwt TO ${both};`,
    ...rights.map((grant) => statement(grant, quoted)),
  ].join('\n')
}

type Names = Readonly<Record<RegistryRole, string>>

function statement({ privileges, tables, to }: Grant, names: Names): string {
  const what = Object.entries(privileges)
    .map(([privilege, columns]) =>
      columns === 'all columns' ? privilege : `${privilege} (${columns.join(', ')})`,
    )
    .join(', ')
  const where = tables.map((table) => `reverse_jwt.${table}`).join(', ')
  return `GRANT ${what}${what.length > maxLength ? '\n  ' : ' '}ON ${where} TO ${listOf(to, names)};`
}

/** What is longer has its table on the next line. */
const maxLength = 80

function listOf(roles: readonly RegistryRole[], names: Names): string {
  return roles.map((role) => names[role]).join(', ')
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
