import { createHash } from 'node:crypto'
import { StoreError } from '../errors.js'
import type { OutageReason } from '../http/refusals.js'
import { integer } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import { ownText } from '../encoding/own-text.js'
import { readClock } from '../time/clock.js'
import { warnOnce } from '../warnings.js'
import { BoundClock, timeOf } from './bound-clock.js'
import { ceilingOptions, requireWithin } from './ceilings.js'
import { afterDataLoss, type AfterDataLoss } from './data-loss.js'
import type { BoundVerifier, ReplayCeilings, ReplayStore, TokenUse } from './replay-store.js'

export interface MemoryReplayStoreOptions {
  /**
   * How many used ids are kept at most. Default 1,000,000, which takes less than 200 MB when full (350 MB where each id is of
   * another project) and nothing before; at most 16,000,000.
   */
  readonly capacity?: number
  /** How many of them one project may have. Default: a tenth of the capacity. */
  readonly projectQuota?: number
  /**
   * A restart is a loss of data. `'refuse'`: it never makes a used token good again. Tokens that could have been used before
   * this store met its verifier are refused as used (`token_replayed`); a page then gets a new one. So for the first
   * `clockTolerance` seconds (that of the store) every token is refused. Default `'accept'`: a token that was used before a
   * restart can be used once more until it expires.
   */
  readonly afterDataLoss?: AfterDataLoss
  /** The longest lifetime that a verifier with this store may accept, in seconds. Default 300, at most 3600. */
  readonly maxLifetime?: number
  /** The largest clock tolerance that a verifier with this store may have, in seconds. Default 10, at most 60. */
  readonly clockTolerance?: number
}

/** Just below what a Set can hold. */
const maxCapacity = 16_000_000

const readOptions = optionsReader('MemoryReplayStore', {
  capacity: integer({ default: 1_000_000, max: maxCapacity, of: 'ids' }),
  projectQuota: integer({ max: maxCapacity, of: 'ids' }),
  afterDataLoss,
  ...ceilingOptions,
} satisfies OptionsOf<MemoryReplayStoreOptions>)

/** How many expired ids may leave at one insertion: more than one, so that a full store shrinks; few, so that none is slow. */
const maxForgottenAtOnce = 4
/** An entry whose jti is kept as it is. Any other is kept as its hash, so that no entry takes more memory than this one. */
const plainName = /^\d+=[\x20-\x7E]{1,64}$/

/** A project with ids that have not left. Entries name it by its number, which is short and never given twice. */
interface ProjectUses {
  readonly projectId: string
  readonly number: number
  /** How many ids are remembered, those included that have expired and not left yet. */
  kept: number
  /** How many of them count towards the quota. */
  live: number
  /** No id that counts expires before this second. */
  nextSecond: number
}

/** The ids that may be forgotten in the same second. */
interface Expiring {
  readonly names: string[]
  /** How many of them count towards the quota of a project. */
  readonly live: Map<ProjectUses, number>
}

/**
 * Remembers used tokens in this process. For a platform of one process; a restart forgets.
 *
 * Never forgets an id before its time. When it is full, or a project has used up its quota, `consume` throws
 * `replay_store_full` (503): to drop an id would be to let a used token pass. An id counts towards both until it expires, and
 * no longer, whenever it leaves. Ids leave in the order in which they expire, a few at each use, so one project's tokens
 * neither push out nor hold back those of another. A default token lives 120 s and is remembered for 190 s, so the default
 * quota of 100,000 ids carries some 520 tokens a second of one project, and the default capacity 5,200 a second of all.
 *
 * @example
 * const replayStore = new MemoryReplayStore()
 */
export class MemoryReplayStore implements ReplayStore {
  private readonly capacity: number
  private readonly projectQuota: number
  private readonly clock = new BoundClock()
  private readonly ceilings: ReplayCeilings
  /**
   * A token that could have been used before this moment cannot be distinguished from a used one. Undefined until there is a
   * clock to ask.
   */
  private since: number | undefined
  private readonly used = new Map<string, ProjectUses>()
  /** The same names by the second in which they may be forgotten. No more seconds than a token can live. */
  private readonly expiring = new Map<number, Expiring>()
  private nextSecond = Infinity
  /** Ids that expired up to here may be gone, so none of them can be distinguished from a new one. */
  private forgottenUntil = -Infinity
  private readonly projects = new Map<string, ProjectUses>()
  private projectsSeen = 0

  constructor(options: MemoryReplayStoreOptions = {}) {
    const { capacity, projectQuota, afterDataLoss, ...ceilings } = readOptions(options)
    this.capacity = capacity
    this.projectQuota = projectQuota ?? Math.ceil(capacity / 10)
    this.ceilings = ceilings
    this.since = afterDataLoss === 'refuse' ? undefined : -Infinity
    if (isClusterWorker()) warnOnce('REVERSE_JWT_MEMORY_STORE_IN_CLUSTER')
  }

  consume(use: TokenUse): boolean {
    const { projectId, jti, expiresAt, acceptableFrom } = use
    const now = timeOf(use)
    this.forgetExpired(now)
    this.since ??= this.clock.readAgain(use)
    if (!(acceptableFrom > this.since)) return false
    // The clock stepped back: a used token would look new.
    if (expiresAt <= this.forgottenUntil) return false
    const known = this.projects.get(projectId)
    const project = known ?? {
      projectId,
      number: this.projectsSeen + 1,
      kept: 0,
      live: 0,
      nextSecond: Math.ceil(expiresAt),
    }
    const name = entryName(project.number, jti)
    if (this.used.has(name)) return false

    // While anything has expired, some of it has just left.
    if (this.used.size >= this.capacity) throw full('the replay store is full; raise capacity')
    if (project.live >= this.projectQuota) this.discountExpired(project, now)
    if (project.live >= this.projectQuota)
      throw full('the project has used up its quota; raise projectQuota', 'replay_project_rate')
    if (known === undefined) this.remember(project)
    this.used.set(name, project)
    this.expireAt(Math.ceil(expiresAt), name, project)
    return true
  }

  /**
   * For `createVerifier`. Throws a TypeError for a verifier whose limits are above `maxLifetime` or `clockTolerance`, and for a
   * second clock.
   */
  bind(verifier: BoundVerifier): ReplayCeilings {
    requireWithin(
      this.ceilings,
      verifier,
      (ceiling) => `raise it on the store: new MemoryReplayStore({ ${ceiling} })`,
    )
    const since = this.since ?? readClock(verifier.clock)
    this.clock.bind(verifier.clock)
    this.since = since
    return this.ceilings
  }

  /** How many ids are remembered. */
  get size(): number {
    return this.used.size
  }

  private remember(project: ProjectUses): void {
    this.projectsSeen = project.number
    this.projects.set(project.projectId, project)
  }

  private expireAt(second: number, name: string, project: ProjectUses): void {
    project.kept++
    project.live++
    if (second < project.nextSecond) project.nextSecond = second
    if (second < this.nextSecond) this.nextSecond = second
    const group = this.expiring.get(second)
    if (group === undefined) {
      this.expiring.set(second, { names: [name], live: new Map([[project, 1]]) })
    } else {
      group.names.push(name)
      group.live.set(project, (group.live.get(project) ?? 0) + 1)
    }
  }

  private forgetExpired(now: number): void {
    for (let gone = 0; gone < maxForgottenAtOnce && this.nextSecond <= now; gone++) {
      const group = this.expiring.get(this.nextSecond)
      const name = group?.names.pop()
      this.forgottenUntil = Math.max(this.forgottenUntil, this.nextSecond)
      if (group !== undefined && name !== undefined) this.forget(name, group)
      if (group !== undefined && group.names.length > 0) continue
      this.expiring.delete(this.nextSecond)
      // As many as there are seconds in the life of a token.
      this.nextSecond = Math.min(...this.expiring.keys())
    }
  }

  private forget(name: string, group: Expiring): void {
    const project = this.used.get(name)
    this.used.delete(name)
    if (project === undefined) return
    discount(project, group)
    if (--project.kept === 0) this.projects.delete(project.projectId)
  }

  /**
   * What has expired counts no more, though ids of others leave before it. Looks at each second in the life of a token, but
   * only for a project at its quota, and for each at most once a second.
   */
  private discountExpired(project: ProjectUses, now: number): void {
    if (now < project.nextSecond) return
    project.nextSecond = Infinity
    for (const [second, group] of this.expiring) {
      if (second <= now) discount(project, group)
      else if (second < project.nextSecond) project.nextSecond = second
    }
  }
}

function discount(project: ProjectUses, group: Expiring): void {
  project.live -= group.live.get(project) ?? 0
  group.live.delete(project)
}

/** A worker has a channel to its primary. Other processes need not load the module. */
function isClusterWorker(): boolean {
  if (!process.connected) return false
  // What is exported by default; the types know it only as what `import` gives.
  const cluster = process.getBuiltinModule('node:cluster') as { readonly isWorker?: boolean }
  return cluster.isWorker === true
}

/** The number ends at the first character that is no digit, so no two pairs share a name. */
function entryName(project: number, jti: string): string {
  const name = `${project}=${jti}`
  // A joined string is a tree that keeps its parts, and what those were cut from, alive. Matching makes it one piece.
  if (plainName.test(name)) return name
  const hash = createHash('sha256').update(jti).digest('base64url')
  return ownText(`${project}#${hash}`)
}

function full(cause: string, reason?: OutageReason): StoreError {
  return new StoreError('replay_store_full', { cause, reason })
}
