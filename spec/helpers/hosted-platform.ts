import {
  CachedKeyStore,
  createVerifier,
  JwksKeyStore,
  MemoryKeyStore,
  type HostedKeySet,
  type HostedKeySetSource,
  type JwksKeyStoreOptions,
  type KeySetEvent,
  type KeyStore,
  type Project,
  type ProjectWithKeys,
} from '../../lib/index.js'
import type { CustomerHost } from './customer-host.js'
import { keyPair } from './keys.js'
import { kidOf, mint, type Override } from './mint.js'
import { refusalFactsOf } from '../../lib/errors.js'
import { platform, rival } from './platform.js'

/** The one address of this machine that tests let a read connect to. */
export const allowedAddress = '127.0.0.1'

/** A JWK as the customer publishes it. */
export const published = (kid = kidOf('ES256'), alg = 'ES256') => ({
  ...keyPair(alg).publicJwk,
  kid,
  alg,
  use: 'sig',
})

export interface HostedStore extends KeyStore, HostedKeySetSource {
  readonly sets: Map<string, HostedKeySet>
  /** Projects whose set was asked for. */
  readonly asked: string[]
}

/** A store with registered keys, and with sets that a test writes down. */
export function hostedStore(registered: readonly ProjectWithKeys[] = [rival]): HostedStore {
  const keys = new MemoryKeyStore(registered)
  const sets = new Map<string, HostedKeySet>()
  const asked: string[] = []
  return {
    sets,
    asked,
    find: (projectId, kid) => keys.find(projectId, kid),
    keySet: (projectId) => {
      asked.push(projectId)
      return sets.get(projectId)
    },
  }
}

export const setOf = (
  jwksUri: string,
  project: Project = { id: 'shop', scopes: ['portal:read'] },
): HostedKeySet => ({ project, jwksUri, denied: [] })

/** A platform whose project `shop` has its keys at the host. */
export function hostedPlatform(host: CustomerHost, options: JwksKeyStoreOptions = {}) {
  const events: KeySetEvent[] = []
  const store = hostedStore()
  store.sets.set('shop', setOf(host.jwksUri))
  const jwks = new JwksKeyStore(store, {
    ports: [host.port],
    timeoutMs: 10_000,
    allowAddress: (address) => address === allowedAddress,
    onEvent: (event) => events.push(event),
    ...options,
  })
  const keyStore = new CachedKeyStore(jwks)
  const { options: verifierOptions, events: verified } = platform({ keyStore })
  const verifier = createVerifier(verifierOptions)
  return {
    store,
    jwks,
    keyStore,
    events,
    /** What the verifier told of. */
    verified,
    verifier,
    /** `passes`, or the code of the refusal. */
    send: async (override?: Override) =>
      verifier.verify(mint(override)).then(
        () => 'passes',
        (error: unknown) => (error as { code: string }).code,
      ),
    /** What the store says of a kid: the kid, `none`, or the reason why it cannot tell. */
    found: async (kid: string, projectId = 'shop') =>
      jwks.find(projectId, kid).then(
        (key) => key?.kid ?? 'none',
        (error: unknown) => String(refusalFactsOf(error)?.reason),
      ),
    causes: () => events.flatMap((event) => (event.type === 'key_set.failed' ? [event.cause] : [])),
    dropped: () =>
      events.flatMap((event) => (event.type === 'key_set.read' ? [event.droppedKeys] : [])).at(-1),
  }
}
