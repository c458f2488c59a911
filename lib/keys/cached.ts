import { LRUCache } from 'lru-cache'
import { integer, milliseconds, objectWith, seconds } from '../options/kinds.js'
import { argumentReader, optionsReader, type OptionsOf } from '../options/options.js'
import { ownText } from '../encoding/own-text.js'
import { projectPrefix } from '../protocol.js'
import type { ProjectKey } from '../types.js'
import { Invalidations } from './invalidations.js'
import type { KeyStore } from './key-store.js'
import { isAdmitted } from './public-key.js'
import { KeyReads } from './key-reads.js'

export interface CachedKeyStoreOptions {
  /** Seconds for which a key is served without asking again. Default 30, at most 3,600. */
  readonly ttl?: number
  /** Seconds for which "there is no such key" is remembered. Default 2: a new key works almost at once. */
  readonly missingTtl?: number
  /** How many keys are kept, and as many missing ones. Default 10,000. */
  readonly capacity?: number
  /**
   * Milliseconds within which each call of `find` ends, the wait for its turn and all its reads together. Default 2,000, at
   * most 60,000.
   */
  readonly timeoutMs?: number
}

/** lru-cache allocates for all of them at once. */
const maxCapacity = 1_000_000

const readOptions = optionsReader('CachedKeyStore', {
  ttl: seconds({ default: 30, max: 3_600 }),
  missingTtl: seconds({ default: 2, max: 3_600 }),
  capacity: integer({ default: 10_000, max: maxCapacity, of: 'keys' }),
  timeoutMs: milliseconds({ default: 2_000, max: 60_000 }),
} satisfies OptionsOf<CachedKeyStoreOptions>)

const readStore = argumentReader(
  'CachedKeyStore',
  'store',
  objectWith<KeyStore>('find', 'the key store to keep at hand, an object with find(projectId, kid)'),
)

/** What a read said, and the count of invalidations up to which it is known to hold. */
interface Kept {
  readonly key?: ProjectKey
  count: number
}

/**
 * Keeps the keys of a slower store at hand.
 *
 * A key is never served beyond `ttl`, counted from when its read began, so a revocation counts after `ttl` seconds at the
 * latest, or at once with `invalidate`. Failures are not remembered.
 *
 * Requests for one key share one read, and at most 32 reads are under way. Beyond that names wait, projects in turns. Anyone
 * can make up names, so of names that were never found at most 32 of a project wait, and 1,024 in all. They take at most 24 of
 * the 32 reads, and so do names that were found before, which go first: neither kind keeps the other out.
 *
 * Throws `store_unavailable` when too many names wait, at once, and when `timeoutMs` have passed since the call. Keys at
 * hand are served all the while.
 *
 * @example
 * const keyStore = new CachedKeyStore(databaseKeyStore, { ttl: 30 })
 */
export class CachedKeyStore implements KeyStore {
  private readonly atHand: LRUCache<string, Kept>
  private readonly missing: LRUCache<string, Kept>
  /** Names that stood for a key the last time they were read. */
  private readonly found: LRUCache<string, true>
  private readonly invalidations = new Invalidations()
  private readonly reads: KeyReads

  constructor(store: KeyStore, options: CachedKeyStoreOptions = {}) {
    readStore(store)
    const { ttl, missingTtl, capacity, timeoutMs } = readOptions(options)
    // Resolution 0: the clock is read each time, for a busy event loop would stretch a remembered one.
    this.atHand = new LRUCache({ max: capacity, ttl: Math.ceil(ttl * 1000), ttlResolution: 0 })
    this.missing = new LRUCache({ max: capacity, ttl: Math.ceil(missingTtl * 1000), ttlResolution: 0 })
    this.found = new LRUCache({ max: capacity })
    const keep = this.keep.bind(this)
    this.reads = new KeyReads({
      store,
      timeoutMs,
      maxKnown: capacity,
      invalidations: this.invalidations,
      keep,
    })
  }

  find(projectId: string, kid: string): ProjectKey | undefined | Promise<ProjectKey | undefined> {
    const prefix = projectPrefix(projectId)
    const name = prefix + kid
    const kept = this.atHand.get(name) ?? this.missing.get(name)
    if (kept !== undefined && !this.invalidations.concern(name, prefix, kept.count)) {
      // The next call need not look at what was invalidated until now.
      kept.count = this.invalidations.count
      return kept.key
    }
    return this.reads.ask({ projectId, kid, prefix, name }, this.found.has(name))
  }

  /**
   * Forgets one key, all keys of a project, or everything. What is asked for after that is read again. A read that is under way
   * is not trusted either: whoever waits for it gets the answer of a new one, which begins when it has ended, within the
   * deadline of the call.
   */
  invalidate(projectId?: string, kid?: string): void {
    this.invalidations.add(projectId, kid)
  }

  private keep(asked: string, key: ProjectKey | null | undefined, begun: number, count: number): void {
    const name = ownText(asked)
    if (key == null) {
      this.missing.set(name, { count })
      this.atHand.delete(name)
      this.found.delete(name)
      return
    }
    // What was not admitted is the verifier's to refuse; it shall not outlive the mistake.
    if (!isAdmitted(key)) return
    this.atHand.set(name, { key, count }, { start: begun })
    this.found.set(name, true)
  }
}
