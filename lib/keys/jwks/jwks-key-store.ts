import { StoreError } from '../../errors.js'
import { emit } from '../../events/listeners.js'
import { objectWith } from '../../options/kinds.js'
import { argumentReader } from '../../options/options.js'
import { systemClock } from '../../time/clock.js'
import type { HostedKeySet, HostedKeySetSource, Project, ProjectKey } from '../../types.js'
import { warnOnce } from '../../warnings.js'
import type { KeyStore } from '../key-store.js'
import { admitProjectKey } from '../public-key.js'
import { noteRevocation } from '../revocation.js'
import { HostedSet, type HostedSetRules } from './hosted-set.js'
import { KeptSets } from './kept-sets.js'
import { readJwksOptions, type JwksKeyStoreOptions } from './options.js'
import { Places } from './places.js'
import type { SetKey } from './set-keys.js'

/** Each kid comes with one key at most. */
const keptSets = { maxSets: 10_000, maxKids: 100_000 }
/** Names that wait for reads of sets: fewer than a `CachedKeyStore` reads at a time, so that some are left for others. */
const maxWaits = 20
/** Of them, those that are not the only one of their set. */
const maxFurtherWaits = 4

const readStore = argumentReader(
  'JwksKeyStore',
  'store',
  objectWith<KeyStore & HostedKeySetSource>(
    ['find', 'keySet'],
    'a store with find(projectId, kid) and keySet(projectId), which says where a project hosts its keys',
  ),
)

/**
 * Finds the keys of projects whose customers host them: a JWK Set at an address of the customer's (RFC 7517 section 5), beside the
 * keys that are registered in your store.
 *
 *     GET /jwks.json                           HTTP/1.1 200 OK
 *     Host: shop.example                       Cache-Control: max-age=300
 *     Accept-Encoding: identity
 *                                              { "keys": [{ "kty": "EC", "crv": "P-256", "x": "...", "y": "...", "kid": "key-1" }] }
 *
 * `store.find` is asked first, and what it has counts, revoked keys included; then `store.keySet` says where the set is. Put a
 * `CachedKeyStore` around it: then a key at hand costs what it costs without sets.
 *
 * Checks, before it connects: `https`, a name with a dot, an allowed port, and that each address that the name leads to is public.
 * It connects to those and no other, follows no redirect, and takes only status 200, JSON of at most `maxBytes` and no compression,
 * all within `timeoutMs`. Each key is checked as `admitProjectKey` does. What cannot be used is left out and told of, published
 * private keys among it: see `DroppedKey`. Does not check who controls the name, the server and its certificate: whoever does signs
 * for the project.
 *
 * A read is made when somebody asks: after `ttl`, and for an unknown kid, but only once in `cooldown`. A key that is gone from the
 * set is refused from the next good read on. While reads fail, or a call has waited for one for 1.5 s, the last keys serve for
 * `staleIfError`, and what they do not have cannot be told: `store_unavailable`. So it is while too many sets are read at once. A
 * copy of the set that the store has, as that of `reverse-jwt/registry`, stands for a read of the age that it says, in a process
 * that has made none.
 *
 * Keeps up to 10,000 sets and 100,000 of their kids, 1,000 of a project at most, the least used ones not. Throws a TypeError for a wrong
 * store or option.
 *
 * @example
 * const keyStore = new CachedKeyStore(new JwksKeyStore(databaseKeyStore))
 */
export class JwksKeyStore implements KeyStore {
  private readonly store: KeyStore & HostedKeySetSource
  private readonly rules: HostedSetRules
  private readonly sets = new KeptSets<HostedSet>(keptSets)

  constructor(store: KeyStore & HostedKeySetSource, options: JwksKeyStoreOptions = {}) {
    this.store = readStore(store)
    const { onEvent, concurrency, ...read } = readJwksOptions(options)
    if (read.allowAddress !== undefined) warnOnce('REVERSE_JWT_PRIVATE_ADDRESSES_ALLOWED')
    this.rules = {
      ...read,
      reads: new Places(concurrency),
      waits: new Places(maxWaits),
      furtherWaits: new Places(maxFurtherWaits),
      report: (event) => {
        if (event.projectId !== undefined) this.sets.measure(event.projectId)
        emit(onEvent, Object.freeze({ ...event, id: crypto.randomUUID(), time: systemClock() }))
      },
    }
  }

  async find(projectId: string, kid: string): Promise<ProjectKey | undefined> {
    const registered = await this.store.find(projectId, kid)
    if (registered !== undefined && registered !== null) return registered
    const hosted = await this.store.keySet(projectId)
    if (hosted === undefined || hosted === null) return undefined
    requireSet(hosted, projectId)
    const { project, denied } = hosted
    const set = this.setOf(hosted)
    const denial = denied.find((one) => one.kid === kid)
    // Whether the set has it is of no interest then, but its material is: somebody may still hold the private half.
    const key = denial === undefined ? await set.find(kid) : set.lastKnown(kid)
    if (key === undefined) return undefined
    // What is revoked does not come back under another kid.
    const end = denial ?? denied.find(({ thumbprint }) => thumbprint === key.material)
    return end === undefined ? admitted(project, key) : revoked(project, key, end.deniedAt)
  }

  private setOf({ project, jwksUri, copy }: HostedKeySet): HostedSet {
    const before = this.sets.get(project.id)
    if (before?.address === jwksUri) return before
    const set = new HostedSet(project.id, jwksUri, this.rules, { before, copy })
    this.sets.set(project.id, set)
    return set
  }
}

/** Stores without TypeScript say anything, and what a set of another project says must not be read for this one. */
function requireSet(hosted: HostedKeySet, projectId: string): void {
  const { project, jwksUri, denied } = hosted as Partial<Record<keyof HostedKeySet, unknown>>
  const isSet =
    (project as Partial<Project> | undefined)?.id === projectId &&
    typeof jwksUri === 'string' &&
    Array.isArray(denied)
  if (isSet) return
  throw new StoreError('store_unavailable', {
    cause: 'keySet returned no { project, jwksUri, denied } of this project',
    reason: 'key_store_failed',
  })
}

function admitted(project: Project, { kid, alg, jwk }: SetKey): ProjectKey {
  return admitProjectKey(project, { jwk, kid, alg }, { loaded: true })
}

function revoked(project: Project, { kid, alg, jwk }: SetKey, deniedAt: number): ProjectKey {
  const key = admitProjectKey(project, { jwk, kid, alg, revokedAt: 0 }, { loaded: true })
  noteRevocation(key, deniedAt)
  return key
}
