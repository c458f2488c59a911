import { createRegistry, MemoryProjectStore, type ProjectStore } from '../../lib/registry/index.js'
import type { RegistryChangedEvent } from '../../lib/registry/index.js'
import type { CustomerHost } from './customer-host.js'
import { allowedAddress } from './hosted-platform.js'
import { keyPair } from './keys.js'
import { audience, now } from './mint.js'
import { prove } from './possession.js'
import { by } from './registry.js'

/** How the tests read sets: from this machine alone. */
export const readsFrom = ({ port }: CustomerHost) => ({
  ports: [port],
  allowAddress: (address: string) => address === allowedAddress,
})

/** A registry with a project `shop`, whose customer can host the keys. */
export async function hostedRegistry(
  host: CustomerHost,
  store: ProjectStore = new MemoryProjectStore({ clock: () => clock.now }),
) {
  const events: RegistryChangedEvent[] = []
  const registry = createRegistry({
    store,
    audience,
    clock: () => clock.now,
    keySets: readsFrom(host),
    onEvent: (event) => events.push(event),
  })
  clock.now = now
  await registry.createProject({ id: 'shop' }, { by })
  events.length = 0

  /** Registers the set, and answers with a key of it. */
  const hand = async (alg = 'ES256', projectId = 'shop', jwksUri = host.jwksUri) => {
    const { challenge } = await registry.registerKeySet(projectId, { jwksUri, by })
    const proof = await prove({ privateKey: keyPair(alg).privateKey, challenge })
    return registry.confirmKeySet(projectId, { proof, by })
  }
  return { store, registry, events, clock, hand }
}

const clock = { now }
