/** What a process of the platform serves: keys at hand, the origins of all projects, and when keys were used last. */
import { CachedKeyStore, type VerifierEventListener, type KeyStore } from 'reverse-jwt'
import { recordLastUse, type PostgresProjectStore, type Registry } from 'reverse-jwt/registry'
import { AllowedOrigins } from './allowed-origins.js'

export interface ServedProjects {
  readonly keyStore: KeyStore
  readonly origins: AllowedOrigins
  readonly onEvent: VerifierEventListener
  readonly close: () => Promise<void>
}

/** The demo shows the time of last use soon; a platform with traffic keeps the default of a minute. */
const lastUseIntervalMs = 1_000
/** When messages are lost, origins are as old as keys may be. */
const refreshMs = 30_000

export async function serveProjects(
  store: PostgresProjectStore,
  registry: Registry,
): Promise<ServedProjects> {
  const keyStore = new CachedKeyStore(store)
  const origins = new AllowedOrigins(registry)
  const lastUse = recordLastUse(store, { intervalMs: lastUseIntervalMs })
  const refresh = () => {
    // A database that is away keeps the origins that are known.
    origins.refresh().catch(() => undefined)
  }
  const watch = await store.watch((projectId) => {
    keyStore.invalidate(projectId)
    refresh()
  })
  const timer = setInterval(refresh, refreshMs)
  timer.unref()
  await origins.refresh()
  const close = async () => {
    clearInterval(timer)
    await watch.close()
    await lastUse.close()
  }
  return { keyStore, origins, onEvent: lastUse.onEvent, close }
}
