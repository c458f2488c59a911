export { projectAdmin, type AdminAuthorization, type AdminOperation, type AdminOptions } from './admin.js'
export type { AdminAction } from './admin/routes.js'
export type { AuditAction, AuditRecord, AuditSnapshot } from './audit-record.js'
export type { ChangeOptions } from './inputs.js'
export type { GenerateOptions, Revocation, RevokeOptions, RotateOptions, Rotation } from './key-changes.js'
export type { KeyState } from './key-state.js'
export { recordLastUse, type LastUse, type LastUseOptions } from './last-use.js'
export { MemoryProjectStore } from './memory.js'
export { grants, migrations, type Migration } from './postgres/migrations.js'
export { listenWithPg, type ListenWithPgOptions, type PgClient } from './postgres/listener.js'
export type { KeyChallenge } from './possession.js'
export {
  PostgresProjectStore,
  type Database,
  type Listen,
  type PostgresProjectStoreOptions,
} from './postgres.js'
export type { NewProject, ProjectChanges, ProjectSettings } from './project-rules.js'
export type {
  AuditPage,
  ChangeListener,
  ChangeOutcome,
  KeyPage,
  KeyRevocation,
  KeySelection,
  Page,
  ProjectChange,
  ProjectStore,
  RevocationOutcome,
  RevokedKey,
} from './project-store.js'
export type { ReasonOptions } from './projects.js'
export type { AuditList, AuditQuery, KeyList, KeyQuery, ProjectList, ProjectQuery } from './queries.js'
export type {
  KeyRecord,
  KeyUse,
  OpenChallenge,
  ProjectRecord,
  RevocationReason,
  StoredProject,
} from './records.js'
export type { ConfirmOptions, RegisterOptions, Registration } from './registration.js'
export { createRegistry, type Registry, type RegistryOptions } from './registry.js'
export { RegistryError, type RegistryErrorCode } from './registry-error.js'
export type { KeyView, ProjectView } from './views.js'
