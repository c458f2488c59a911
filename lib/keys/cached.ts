import { LRUCache } from 'lru-cache'
import { StoreError } from '../errors.js'
import { refuseUnknownNames } from '../known-names.js'
import type { ProjectKey } from '../types.js'
import type { KeyStore } from './key-store.js'

export interface CachedKeyStoreOptions {
  /** Seconds for which a key is served without asking again. Default 30. */
  readonly ttl?: number
  /** Seconds for which "there is no such key" is remembered. Default 2: a new key works almost at once. */
  readonly missingTtl?: number
  /** How many keys are kept, and as many missing ones. Default 10,000. */
  readonly max?: number
  /** Milliseconds after which a read that has not answered is an outage. Default 2,000. */
  readonly timeoutMs?: number
}

const defaults: Required<CachedKeyStoreOptions> = { ttl: 30, missingTtl: 2, max: 10_000, timeoutMs: 2_000 }
const mostReads = 32
const mostReadsOfAProject = 2

/**
 * Keeps the keys of a slower store at hand.
 *
 * A key is never served beyond `ttl`, so a revocation counts after `ttl` seconds at the latest, or at once with
 * `invalidate`. Requests for one key share one read. At most 32 reads are in flight, 2 of them for one project: beyond that
 * the answer is `store_unavailable`, while keys at hand are served as ever. Errors are not remembered.
 *
 * @example
 * const keyStore = new CachedKeyStore(databaseKeyStore, { ttl: 30 })
 */
export class CachedKeyStore implements KeyStore {
  private readonly store: KeyStore
  private readonly timeoutMs: number
  private readonly warm: LRUCache<string, ProjectKey>
  private readonly missing: LRUCache<string, true>
  /** One read a key; a read that is no longer here was overtaken by an invalidation. */
  private readonly loads = new Map<string, Promise<ProjectKey | undefined>>()
  private readonly readsInFlight = new Map<string, number>()
  private allReadsInFlight = 0

  constructor(store: KeyStore, options: CachedKeyStoreOptions = {}) {
    if (typeof (store as KeyStore | undefined)?.find !== 'function') {
      throw new TypeError(
        'CachedKeyStore takes the key store to keep at hand, an object with find(projectId, kid)',
      )
    }
    refuseUnknownNames(options, defaults, 'option of CachedKeyStore')
    const { ttl, missingTtl, max, timeoutMs } = { ...defaults, ...options }
    for (const [name, value] of Object.entries({ ttl, missingTtl, timeoutMs })) {
      if (!(Number.isFinite(value) && value > 0))
        throw new TypeError(`CachedKeyStore: ${name} must be a positive number`)
    }
    if (!(Number.isSafeInteger(max) && max > 0))
      throw new TypeError('CachedKeyStore: max must be a positive integer')
    this.store = store
    this.timeoutMs = timeoutMs
    // Resolution 0: the clock is read each time, for a busy event loop would stretch a remembered one.
    this.warm = new LRUCache({ max, ttl: ttl * 1000, ttlResolution: 0 })
    this.missing = new LRUCache({ max, ttl: missingTtl * 1000, ttlResolution: 0 })
  }

  find(projectId: string, kid: string): ProjectKey | undefined | Promise<ProjectKey | undefined> {
    const name = projectPrefix(projectId) + kid
    const key = this.warm.get(name)
    if (key !== undefined) return key
    if (this.missing.has(name)) return undefined
    return this.loads.get(name) ?? this.load(name, projectId, kid)
  }

  /**
   * Forgets one key, all keys of a project, or everything. A read that is under way is not trusted either: whoever waits for
   * it gets the answer of a new one.
   */
  invalidate(projectId?: string, kid?: string): void {
    const prefix = projectId === undefined ? '' : projectPrefix(projectId)
    const concerns = (name: string) => (kid === undefined ? name.startsWith(prefix) : name === prefix + kid)
    for (const names of [this.warm, this.missing, this.loads]) {
      for (const name of [...names.keys()].filter(concerns)) names.delete(name)
    }
  }

  private load(name: string, projectId: string, kid: string): Promise<ProjectKey | undefined> {
    const load: Promise<ProjectKey | undefined> = this.read(projectId, kid).then(
      (key) => {
        if (this.loads.get(name) !== load) return this.find(projectId, kid)
        this.loads.delete(name)
        if (key == null) this.missing.set(name, true)
        else this.warm.set(name, key)
        return key ?? undefined
      },
      (error: unknown) => {
        if (this.loads.get(name) === load) this.loads.delete(name)
        throw error
      },
    )
    this.loads.set(name, load)
    return load
  }

  /** One read of the store, within its share and its time. A read that overran its time keeps its place until it ends. */
  private async read(projectId: string, kid: string): Promise<ProjectKey | undefined> {
    const ofProject = this.readsInFlight.get(projectId) ?? 0
    if (ofProject >= mostReadsOfAProject || this.allReadsInFlight >= mostReads) {
      throw new StoreError('store_unavailable', { cause: 'too many reads of the key store are under way' })
    }
    this.readsInFlight.set(projectId, ofProject + 1)
    this.allReadsInFlight++
    const reading = Promise.resolve()
      .then(() => this.store.find(projectId, kid))
      .finally(() => {
        this.allReadsInFlight--
        const left = (this.readsInFlight.get(projectId) ?? 1) - 1
        if (left === 0) this.readsInFlight.delete(projectId)
        else this.readsInFlight.set(projectId, left)
      })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new StoreError('store_unavailable', { cause: 'the key store did not answer in time' }))
      }, this.timeoutMs)
    })
    return Promise.race([reading, late]).finally(() => {
      clearTimeout(timer)
    })
  }
}

/** Length first, so that no project id and kid can be read as another pair. */
function projectPrefix(projectId: string): string {
  return `${projectId.length}:${projectId}`
}
