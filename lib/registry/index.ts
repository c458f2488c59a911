export {
  projectAdmin,
  type AdminAuthorization,
  type AdminOperation,
  type AdminOptions,
} from './admin/project-admin.js'
export type { AdminAction } from './admin/routes.js'
export type { AuditAction, AuditRecord, AuditSnapshot } from './store/audit-record.js'
export type { ChangeOptions } from './operations/method-options.js'
export type {
  GenerateOptions,
  Revocation,
  RevokeOptions,
  RotateOptions,
  Rotation,
} from './operations/key-changes.js'
export type { KeyState } from './store/key-state.js'
export { recordLastUse, type LastUse, type LastUseOptions } from './last-use.js'
export { MemoryProjectStore } from './store/memory.js'
export { grants, migrations, type Migration } from './postgres/migrations.js'
export { listenWithPg, type ListenWithPgOptions, type PgClient } from './postgres/listener.js'
export type { KeyChallenge } from './rules/possession.js'
export {
  PostgresProjectStore,
  type Database,
  type Listen,
  type PostgresProjectStoreOptions,
} from './postgres/project-store.js'
export type { NewProject, ProjectChanges, ProjectSettings } from './rules/project-settings.js'
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
} from './store/project-store.js'
export type { ReasonOptions } from './operations/projects.js'
export type {
  AuditList,
  AuditQuery,
  KeyList,
  KeyQuery,
  ProjectList,
  ProjectQuery,
} from './operations/queries.js'
export type {
  KeyRecord,
  KeyUse,
  OpenChallenge,
  ProjectRecord,
  RevocationReason,
  StoredProject,
} from './store/records.js'
export type { ConfirmOptions, RegisterOptions, Registration } from './operations/registration.js'
export { createRegistry, type Registry, type RegistryOptions } from './registry.js'
export { RegistryError, type RegistryErrorCode } from './registry-error.js'
export type { KeyView, ProjectView } from './store/views.js'
