/** What a process of the platform serves: keys at hand, the origins of all projects, ended sessions, and when keys were used last. */
import {
  CachedKeyStore,
  JwksKeyStore,
  type JwksKeyStoreOptions,
  type KeyStore,
  type VerifierEventListener,
} from 'reverse-jwt'
import {
  AllowedOrigins,
  recordLastUse,
  refreshKeySets,
  RegistryRevocations,
  type KeySetReadOptions,
  type KeySetRefreshListener,
  type PostgresProjectStore,
} from 'reverse-jwt/registry'
import type { RevocationStore } from 'reverse-jwt/session'

export interface ServedProjects {
  readonly keyStore: KeyStore
  readonly origins: AllowedOrigins
  readonly revocations: RevocationStore
  readonly onEvent: VerifierEventListener
  readonly close: () => Promise<void>
}

/** The demo shows the time of last use soon; a platform with traffic keeps the default of a minute. */
const lastUseIntervalMs = 1_000
/** And what a customer publishes: seconds. The default is five minutes. */
const ttl = 60

export interface KeySetSettings {
  /** How the sets of customers are read. */
  readonly reads: KeySetReadOptions & JwksKeyStoreOptions
  readonly onEvent: readonly KeySetRefreshListener[]
}

export async function serveProjects(
  store: PostgresProjectStore,
  keySets: KeySetSettings,
): Promise<ServedProjects> {
  const { onEvent } = keySets
  const keyStore = new CachedKeyStore(new JwksKeyStore(store, { ...keySets.reads, ttl, onEvent }))
  // Any process may do that: each set is read by one of them.
  const refresher = refreshKeySets({ store, keySets: keySets.reads, ttl, onEvent })
  const watch = await store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  const origins = new AllowedOrigins(store)
  await origins.ready()
  const revocations = new RegistryRevocations({ store })
  await revocations.ready()
  const lastUse = recordLastUse(store, { intervalMs: lastUseIntervalMs })
  const close = async () => {
    await refresher.close()
    await watch.close()
    await origins.close()
    await revocations.close()
    await lastUse.close()
  }
  return { keyStore, origins, revocations, onEvent: lastUse.onEvent, close }
}
