/** Who works with the tables of the registry, other than their owner. */
export type RegistryRole = 'registry' | 'verifier'

export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'

/** What is granted by one statement. */
export interface Grant {
  /** Each with the columns that it is for. */
  readonly privileges: Readonly<Partial<Record<Privilege, readonly string[] | 'all columns'>>>
  readonly tables: readonly string[]
  readonly to: readonly RegistryRole[]
}

const all = 'all columns'

/** What the roles are granted, and nothing else is: the one place that says so. */
export const rights: readonly Grant[] = [
  {
    privileges: { SELECT: all, INSERT: all, UPDATE: all },
    tables: ['projects', 'keys', 'key_uses'],
    to: ['registry'],
  },
  { privileges: { DELETE: all }, tables: ['keys'], to: ['registry'] },
  {
    privileges: { SELECT: all, INSERT: all, UPDATE: all },
    tables: ['key_sets', 'hosted_keys'],
    to: ['registry'],
  },
  { privileges: { DELETE: all }, tables: ['key_sets'], to: ['registry'] },
  {
    privileges: {
      SELECT: all,
      INSERT: [
        'changed_at',
        'changed_by',
        'action',
        'project_id',
        'kid',
        'reason',
        'before_change',
        'after_change',
      ],
    },
    tables: ['audit'],
    to: ['registry'],
  },
  {
    privileges: {
      SELECT: [
        'id',
        'name',
        'issuer',
        'allowed_origins',
        'scopes',
        'suspended',
        'metadata',
        'updated_at',
        'deleted_at',
        'sessions_before',
      ],
    },
    tables: ['projects'],
    to: ['verifier'],
  },
  {
    privileges: {
      SELECT: [
        'project_id',
        'kid',
        'alg',
        'public_jwk',
        'thumbprint',
        'activated_at',
        'not_before',
        'not_after',
        'revoked_at',
      ],
    },
    tables: ['keys'],
    to: ['verifier'],
  },
  {
    privileges: { SELECT: ['project_id', 'jwks_uri', 'confirmed_at', 'read_at'] },
    tables: ['key_sets'],
    to: ['verifier'],
  },
  {
    privileges: {
      SELECT: ['project_id', 'kid', 'alg', 'public_jwk', 'thumbprint', 'removed_at', 'denied_at'],
    },
    tables: ['hosted_keys'],
    to: ['verifier'],
  },
  {
    privileges: { SELECT: ['project_id', 'kid', 'last_used_at'], UPDATE: ['last_used_at'] },
    tables: ['key_uses'],
    to: ['verifier'],
  },
  {
    privileges: { SELECT: all, INSERT: all, UPDATE: all, DELETE: all },
    tables: ['session_revocations'],
    to: ['registry', 'verifier'],
  },
  { privileges: { INSERT: all }, tables: ['events'], to: ['registry', 'verifier'] },
  { privileges: { SELECT: all }, tables: ['events'], to: ['registry'] },
]
