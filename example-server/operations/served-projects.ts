/** What a process of the platform serves: keys at hand, the origins of all projects, ended sessions, and when keys were used last. */
import { CachedKeyStore, type KeyStore, type VerifierEventListener } from 'reverse-jwt'
import {
  AllowedOrigins,
  recordLastUse,
  RegistryRevocations,
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

export async function serveProjects(store: PostgresProjectStore): Promise<ServedProjects> {
  const keyStore = new CachedKeyStore(store)
  const watch = await store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  const origins = new AllowedOrigins(store)
  await origins.ready()
  const revocations = new RegistryRevocations({ store })
  await revocations.ready()
  const lastUse = recordLastUse(store, { intervalMs: lastUseIntervalMs })
  const close = async () => {
    await watch.close()
    await origins.close()
    await revocations.close()
    await lastUse.close()
  }
  return { keyStore, origins, revocations, onEvent: lastUse.onEvent, close }
}
