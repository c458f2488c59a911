import { refreshKeySets, type ProjectStore, type RegistryChangedEvent } from '../../lib/registry/index.js'
import type { KeySetEvent } from '../../lib/index.js'
import type { CustomerHost } from '../helpers/customer-host.js'
import { hostedRegistry, readsFrom } from '../helpers/hosted-registry.js'
import { keyPair } from '../helpers/keys.js'
import { now } from '../helpers/mint.js'
import { changeOf } from '../helpers/records.js'

/** A registry whose project `shop` has a set, and who keeps it up to date. */
export async function refreshedSets(
  host: CustomerHost,
  { store, alg = 'ES256' }: { readonly store?: ProjectStore; readonly alg?: string } = {},
) {
  const platform = await hostedRegistry(host, store)
  await platform.hand(alg)
  const events: (RegistryChangedEvent | KeySetEvent)[] = []
  const errors: unknown[] = []
  const refresher = () =>
    refreshKeySets({
      store: platform.store,
      keySets: { ...readsFrom(host), timeoutMs: 10_000 },
      onEvent: (event) => events.push(event),
      onError: (error) => errors.push(error),
    })
  const own = refresher()
  /** The next time that the set is due. */
  const refresh = async () => {
    platform.clock.now += 300
    await own.refresh()
  }
  const states = async () => {
    const { keys } = await platform.registry.listHostedKeys('shop')
    return Object.fromEntries(keys.map(({ kid, state }) => [kid, state]))
  }
  const changes = async () =>
    (await platform.registry.listAudit()).records.filter(({ action }) => action === 'key_set.changed')
  host.asked.length = 0
  return { ...platform, events, errors, refresher, refresh, states, changes, close: () => own.close() }
}

/** Adds kids that were once in the set of the project. */
export async function fill(store: ProjectStore, count: number): Promise<void> {
  const { publicJwk } = keyPair('ES256')
  const hostedKeys = Array.from({ length: count }, (_, index) => ({
    ...{ kid: `old-${index}`, alg: 'ES256' as const, publicJwk, thumbprint: `${index}` },
    ...{ firstSeen: now - 1, removedAt: now },
  }))
  const stored = await store.load('shop', { now, madeAfter: now })
  if (stored === undefined) throw new Error('there is no project shop')
  const record = { ...stored, version: stored.version + 1 }
  await store.commit({ ...changeOf(record), hostedKeys })
}
