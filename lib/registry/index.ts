export {
  projectAdmin,
  type AdminAuthorization,
  type AdminOperation,
  type ProjectAdminOptions,
} from './admin/project-admin.js'
export type { AdminAction } from './admin/routes.js'
export { AllowedOrigins, type AllowedOriginsOptions } from './allowed-origins.js'
export type { RegistryChangedEvent, RegistryEventListener } from './announced-changes.js'
export type { KeySetReadOptions } from './key-set-reader.js'
export { recordLastUse, type LastUseOptions, type LastUseRecorder } from './last-use.js'
export type { GenerateKeyOptions } from './operations/generation.js'
export type { RegistryChangeOptions } from './operations/method-options.js'
export type { RegistryReasonOptions } from './operations/projects.js'
export type {
  AuditPage,
  AuditQuery,
  HostedKeyPage,
  KeyPage,
  KeyQuery,
  ProjectPage,
  ProjectQuery,
} from './operations/queries.js'
export type { ConfirmKeyOptions, KeyRegistration, RegisterKeyOptions } from './operations/registration.js'
export type {
  ConfirmKeySetOptions,
  KeySetConfirmation,
  KeySetRegistration,
  RegisterKeySetOptions,
} from './operations/key-sets.js'
export type { RefusalQuery, RefusalView } from './operations/refusals.js'
export type { KeyRevocation, RevokeKeyOptions } from './operations/revocation.js'
export type { KeyRotation, RotateKeyOptions } from './operations/rotation.js'
export { listenWithPg, type ListenWithPgOptions, type PgClient } from './postgres/listener.js'
export type { RegistryDatabase } from './postgres/database.js'
export { grants } from './postgres/grants.js'
export { migrations, type RegistryMigration } from './postgres/migrations.js'
export type { PostgresListen } from './postgres/own-listen.js'
export { PostgresProjectStore, type PostgresProjectStoreOptions } from './postgres/project-store.js'
export { recordEvents, type EventRecorder, type RecordEventsOptions } from './record/record-events.js'
export { deleteEventsBefore } from './record/retention.js'
export { createRegistry, type Registry, type RegistryOptions } from './registry.js'
export {
  refreshKeySets,
  type KeySetRefresher,
  type KeySetRefreshListener,
  type RefreshKeySetsOptions,
} from './refresh-key-sets.js'
export { RegistryRevocations, type RegistryRevocationsOptions } from './registry-revocations.js'
export { RegistryError, type RegistryErrorCode } from './registry-error.js'
export type { NewProject, ProjectSettings, ProjectUpdate } from './rules/project-settings.js'
export type { AuditAction, AuditRecord, AuditSnapshot } from './store/audit-record.js'
export type { KeyState } from './store/key-state.js'
export { MemoryProjectStore, type MemoryProjectStoreOptions } from './store/memory.js'
export type {
  AuditRange,
  DueKeySet,
  DueKeySetRange,
  KeySetRead,
  KeyRange,
  KeyRevocationChange,
  KeyRevocationOutcome,
  KeySelection,
  ProjectChange,
  ProjectChangeListener,
  ProjectChangeOutcome,
  ProjectOrigins,
  ProjectRange,
  ProjectStore,
  ProjectWatch,
  RevokedHostedKey,
  RevokedKey,
  SessionEnd,
  WrittenChange,
} from './store/project-store.js'
export type {
  HostedKeyRecord,
  KeyRecord,
  KeyRevocationReason,
  KeySetFailure,
  KeySetRecord,
  KeyUse,
  OpenKeyChallenge,
  PendingKeySetRecord,
  ProjectRecord,
  StoredProject,
} from './store/records.js'
export type { RefusalRecord } from './store/refusal-record.js'
export { StoreUnusableError } from './store-unusable-error.js'
export type { HostedKeyState, HostedKeyView, KeyView, PendingKeySetView, ProjectView } from './store/views.js'
export type { StoredRevocations } from '../revocations/condensed.js'
export type {
  EndedKey,
  EndedProject,
  EndedSession,
  RevocationEntry,
  RevocationList,
} from '../revocations/revocation-list.js'
export type {
  RevocationCause,
  RevocationReader,
  RevocationStore,
  SessionFacts,
  SessionRevocation,
} from '../revocations/revocation-store.js'
export type {
  DeniedKey,
  ExpiringKey,
  ExpiringKeySource,
  HostedKeySet,
  HostedKeySetCopy,
  HostedKeySetSource,
  KeyChallenge,
  KeySetChallenge,
  OriginSource,
} from '../types.js'
export type {
  DroppedKey,
  DroppedKeyReason,
  KeySetEvent,
  KeySetFailedEvent,
  KeySetReadEvent,
} from '../events/read-event.js'
