import { LRUCache } from 'lru-cache'
import { StoreError } from '../errors.js'
import { refuseUndefined, refuseUnknownNames } from '../option-checks.js'
import { projectPrefix } from '../protocol.js'
import { within } from '../time-limit.js'
import type { ProjectKey } from '../types.js'
import type { KeyStore } from './key-store.js'
import { isAdmitted } from './public-key.js'

export interface CachedKeyStoreOptions {
  /** Seconds for which a key is served without asking again. Default 30, at most 3,600. */
  readonly ttl?: number
  /** Seconds for which "there is no such key" is remembered. Default 2: a new key works almost at once. */
  readonly missingTtl?: number
  /** How many keys are kept, and as many missing ones. Default 10,000. */
  readonly max?: number
  /** Milliseconds after which a read that has not answered is an outage. Default 2,000. */
  readonly timeoutMs?: number
}

const defaults: Required<CachedKeyStoreOptions> = { ttl: 30, missingTtl: 2, max: 10_000, timeoutMs: 2_000 }
/** lru-cache allocates for all of them at once. */
const mostKeys = 1_000_000
const mostReads = 32
const mostReadsOfStrangers = 24
const mostStrangersOfAProject = 2
/** A read that does not end gives its place back after so many times its limit. */
const patience = 10
const late = 'the key store did not answer in time'

/**
 * Keeps the keys of a slower store at hand.
 *
 * A key is never served beyond `ttl`, counted from when its read began, so a revocation counts after `ttl` seconds at the
 * latest, or at once with `invalidate`. Requests for one key share one read. At most 32 reads are in flight. Names that
 * were never found may take 24 of them, 2 for one project, because anyone can make up names: beyond that the answer is
 * `store_unavailable`, while keys at hand, and keys that were at hand before, are read as ever. Errors are not remembered.
 *
 * @example
 * const keyStore = new CachedKeyStore(databaseKeyStore, { ttl: 30 })
 */
export class CachedKeyStore implements KeyStore {
  private readonly store: KeyStore
  private readonly timeoutMs: number
  private readonly warm: LRUCache<string, ProjectKey>
  private readonly missing: LRUCache<string, true>
  /** Names that stood for a key the last time they were read. */
  private readonly found: LRUCache<string, true>
  /** One read a name; a read that is no longer here was overtaken by an invalidation. */
  private readonly loads = new Map<string, Promise<ProjectKey | undefined>>()
  private readonly strangersOfProject = new Map<string, number>()
  private readsInFlight = 0

  constructor(store: KeyStore, options: CachedKeyStoreOptions = {}) {
    if (typeof (store as KeyStore | undefined)?.find !== 'function') {
      throw new TypeError(
        'CachedKeyStore takes the key store to keep at hand, an object with find(projectId, kid)',
      )
    }
    const { ttl, missingTtl, max, timeoutMs } = parseOptions(options)
    this.store = store
    this.timeoutMs = timeoutMs
    // Resolution 0: the clock is read each time, for a busy event loop would stretch a remembered one.
    this.warm = new LRUCache({ max, ttl: Math.ceil(ttl * 1000), ttlResolution: 0 })
    this.missing = new LRUCache({ max, ttl: Math.ceil(missingTtl * 1000), ttlResolution: 0 })
    this.found = new LRUCache({ max })
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
    const one = projectId === undefined || kid === undefined ? undefined : prefix + kid
    for (const names of [this.warm, this.missing, this.loads]) {
      for (const name of Array.from(names.keys())) {
        if (one === undefined ? name.startsWith(prefix) : name === one) names.delete(name)
      }
    }
  }

  private load(name: string, projectId: string, kid: string): Promise<ProjectKey | undefined> {
    const begun = performance.now()
    const load: Promise<ProjectKey | undefined> = within(
      this.timeoutMs,
      this.read(name, projectId, kid),
      late,
    ).then(
      (key) => {
        if (this.loads.get(name) !== load) return this.find(projectId, kid)
        this.loads.delete(name)
        if (key == null) {
          this.missing.set(name, true)
          this.found.delete(name)
          return undefined
        }
        // What was not admitted is the verifier's to refuse; it shall not outlive the mistake.
        if (isAdmitted(key)) {
          this.warm.set(name, key, { start: begun })
          this.found.set(name, true)
        }
        return key
      },
      (error: unknown) => {
        if (this.loads.get(name) === load) this.loads.delete(name)
        throw error
      },
    )
    this.loads.set(name, load)
    return load
  }

  /** One read of the store, within its share. */
  private async read(name: string, projectId: string, kid: string): Promise<ProjectKey | null | undefined> {
    const stranger = !this.found.has(name)
    const strangers = this.strangersOfProject.get(projectId) ?? 0
    const most = stranger ? mostReadsOfStrangers : mostReads
    if (this.readsInFlight >= most || (stranger && strangers >= mostStrangersOfAProject)) {
      throw new StoreError('store_unavailable', { cause: 'too many reads of the key store are under way' })
    }
    this.readsInFlight++
    if (stranger) this.strangersOfProject.set(projectId, strangers + 1)
    const release = () => {
      this.readsInFlight--
      if (!stranger) return
      const left = (this.strangersOfProject.get(projectId) ?? 1) - 1
      if (left === 0) this.strangersOfProject.delete(projectId)
      else this.strangersOfProject.set(projectId, left)
    }
    const reading = Promise.resolve().then(() => this.store.find(projectId, kid))
    within(patience * this.timeoutMs, reading, late).then(release, release)
    return reading
  }
}

function parseOptions(options: CachedKeyStoreOptions): Required<CachedKeyStoreOptions> {
  refuseUnknownNames(options, defaults, 'option of CachedKeyStore')
  refuseUndefined(options)
  const parsed = { ...defaults, ...options }
  const { ttl, missingTtl, max, timeoutMs } = parsed
  const most = { ttl: 3600, missingTtl: 3600, timeoutMs: 60_000 }
  for (const [name, value] of Object.entries({ ttl, missingTtl, timeoutMs })) {
    const limit = most[name as keyof typeof most]
    if (typeof (value as unknown) === 'number' && value > 0 && value <= limit) continue
    const hint = name !== 'timeoutMs' && value >= 1000 ? '; these are seconds' : ''
    throw new TypeError(`CachedKeyStore: ${name} must be a positive number up to ${limit}${hint}`)
  }
  if (!(Number.isSafeInteger(max) && max > 0 && max <= mostKeys)) {
    throw new TypeError(`CachedKeyStore: max must be a positive integer up to ${mostKeys}`)
  }
  return parsed
}
