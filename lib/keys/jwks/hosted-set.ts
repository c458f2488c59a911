import { StoreError } from '../../errors.js'
import type { KeySetEvent, Report } from '../../events/read-event.js'
import { thumbprint } from '../../jwk/thumbprint.js'
import { secondsSince } from '../../time/clock.js'
import { within } from '../../time/time-limit.js'
import type { HostedKeySetCopy } from '../../types.js'
import { primeModulusRefusal } from '../public-key.js'
import { fetchKeySet, type FetchRules } from './guarded-fetch.js'
import { keyChecks } from './key-checks.js'
import type { Places } from './places.js'
import { SeenKids } from './seen-kids.js'
import { keysOf, toldDrops, type SetKey } from './set-keys.js'
import { WaitingNames, type WaitingRules } from './waiting-names.js'

/** What all sets of a store have in common. Times are seconds. */
export interface HostedSetRules extends FetchRules, WaitingRules {
  readonly ttl: number
  readonly staleIfError: number
  readonly cooldown: number
  readonly maxKeys: number
  /** One for each read of a set. */
  readonly reads: Places
  readonly report: (event: Report<KeySetEvent>) => void
}

/** What Cache-Control can shorten `ttl` to. */
const minTtl = 60
/** The part of `ttl` after which the set is read again, for which nobody waits. */
const renewAfter = 0.8
const maxCooldown = 300
/** Less than a `CachedKeyStore` gives a store. The read goes on, for who comes next. */
const maxWaitMs = 1_500

/**
 * The keys of one project, at the address where its customer has them: read when somebody asks, and kept as text.
 *
 * A read is followed by none for `cooldown`, whatever became of it, and by none for twice as long after each failure, up to five
 * minutes. While reads fail, or are waited for in vain, the last keys serve; a read that succeeds counts at once, for keys that are
 * gone, too.
 */
export class HostedSet {
  readonly address: string
  private readonly projectId: string
  private readonly rules: HostedSetRules
  private readonly seen: SeenKids
  private keys: Map<string, SetKey> | undefined
  private ttl = 0
  /** By the monotonic clock, in milliseconds. */
  private readSince = -Infinity
  private triedSince = -Infinity
  /** In a row. */
  private failures = 0
  private reading: Promise<void> | undefined
  private readonly waiting: WaitingNames

  /**
   * `before`: where the keys were until now. What a kid stands for, it stands for at each address. `copy`: what somebody else has read,
   * and has checked in full; it counts as a read of this process.
   */
  constructor(
    projectId: string,
    address: string,
    rules: HostedSetRules,
    {
      before,
      copy,
    }: { readonly before?: HostedSet | undefined; readonly copy?: HostedKeySetCopy | undefined },
  ) {
    this.projectId = projectId
    this.address = address
    this.rules = rules
    this.waiting = new WaitingNames(rules)
    this.seen = before?.seen ?? new SeenKids()
    const keys = copiedKeys(copy)
    if (copy === undefined || keys === undefined) return
    this.keys = new Map(keys.map((key) => [key.kid, key]))
    for (const { kid, material } of keys) this.seen.add(kid, material, true)
    this.ttl = rules.ttl
    // It was read by another clock.
    this.readSince = performance.now() - Math.max(0, copy.age) * 1000
  }

  /** How many kids are remembered. */
  get size(): number {
    return this.seen.size
  }

  /** The key that the set has under this kid; undefined when it has none. Throws a StoreError when that cannot be told. */
  find(kid: string): SetKey | undefined | Promise<SetKey | undefined> {
    const isRested = this.reading === undefined && this.isRested
    const known = this.isCurrent ? this.keys?.get(kid) : undefined
    if (known !== undefined) {
      if (isRested && (this.failures > 0 || this.age > renewAfter * this.ttl)) this.startReading()
      return known
    }
    if (isRested && !this.startReading()) throw busy()
    return this.reading === undefined ? this.told(kid) : this.findAfter(this.reading, kid)
  }

  /** The key that the set had under this kid when it was read last. Reads nothing. */
  lastKnown(kid: string): SetKey | undefined {
    return this.keys?.get(kid)
  }

  /** What the keys at hand say, if they may still say anything. */
  private told(kid: string): SetKey | undefined {
    const known = this.isUsable ? this.keys?.get(kid) : undefined
    if (known === undefined && (this.failures > 0 || !this.isUsable || this.reading !== undefined))
      throw unreadable()
    return known
  }

  private async findAfter(reading: Promise<void>, kid: string): Promise<SetKey | undefined> {
    if (!this.waiting.enter(kid)) throw busy()
    try {
      await within(maxWaitMs, reading, 'not in time')
    } catch {
      // What it has to go by says `told`.
    } finally {
      this.waiting.leave(kid)
    }
    return this.told(kid)
  }

  /** Whether the keys at hand count without another read: they are new enough, or newer ones could not be read just now. */
  private get isCurrent(): boolean {
    if (this.age <= this.ttl) return true
    return this.isUsable && this.failures > 0 && secondsSince(this.triedSince) <= maxCooldown
  }

  private get age(): number {
    return secondsSince(this.readSince)
  }

  /** Whether the keys at hand may still be used. */
  private get isUsable(): boolean {
    const { ttl, rules, age } = this
    // Who is told of a read that is under way has waited for it, as for one that fails.
    const cannotBeRead = this.failures > 0 || this.reading !== undefined
    return age <= (cannotBeRead ? Math.max(ttl, rules.staleIfError) : ttl)
  }

  private get isRested(): boolean {
    const { cooldown } = this.rules
    const rest = this.failures === 0 ? cooldown : Math.min(maxCooldown, cooldown * 2 ** (this.failures - 1))
    return secondsSince(this.triedSince) >= rest
  }

  /** Says whether there was a place for it. */
  private startReading(): boolean {
    if (!this.rules.reads.take()) return false
    this.triedSince = performance.now()
    this.reading = this.read(this.triedSince).finally(() => {
      this.reading = undefined
    })
    return true
  }

  /** Does not throw: what became of it is in `failures`. */
  private async read(begun: number): Promise<void> {
    const { projectId, rules } = this
    try {
      const { document, maxAge } = await this.fetch()
      const { known, unseen, dropped } = await keysOf(document, rules.maxKeys, this.seen)
      const keys = new Map(known.map((key) => [key.kid, key]))
      // From here on what is gone is gone. What is new comes in as it is found to be sound.
      this.keys = keys
      this.readSince = begun
      this.ttl = Math.max(minTtl, Math.min(rules.ttl, maxAge ?? rules.ttl))
      this.failures = 0
      for (const key of unseen) {
        if (await this.isSound(key)) keys.set(key.kid, key)
        else dropped.push({ kid: key.kid, reason: 'not_admitted' })
      }
      rules.report({
        type: 'key_set.read',
        projectId,
        keys: keys.size,
        dropped: dropped.length,
        droppedKeys: toldDrops(dropped),
        newKids: unseen.map(({ kid }) => kid).filter((kid) => keys.has(kid)),
      })
    } catch (thrown) {
      this.failures++
      const cause = thrown instanceof Error ? thrown.message : 'the key set cannot be read'
      rules.report({ type: 'key_set.failed', projectId, cause })
    }
  }

  private async fetch(): ReturnType<typeof fetchKeySet> {
    try {
      return await fetchKeySet(this.address, this.rules)
    } finally {
      this.rules.reads.giveBack()
    }
  }

  /** The check that takes long, for a key that was never seen. */
  private async isSound({ kid, jwk, material }: SetKey): Promise<boolean> {
    const { projectId } = this
    const refusal =
      jwk.kty === 'RSA'
        ? await keyChecks.run(projectId, primeModulusRefusal({ id: projectId }, kid, jwk))
        : undefined
    this.seen.add(kid, material, refusal === undefined)
    return refusal === undefined
  }
}

/** Undefined where one of them is no key: then the copy is worth nothing, and the set itself is read. */
function copiedKeys(copy: HostedKeySetCopy | undefined): readonly SetKey[] | undefined {
  try {
    return copy?.keys.map(copiedKey)
  } catch {
    return undefined
  }
}

function copiedKey({ kid, alg, publicJwk }: HostedKeySetCopy['keys'][number]): SetKey {
  return { kid, alg, jwk: publicJwk, material: thumbprint(publicJwk), isNamed: true }
}

function busy(): StoreError {
  return new StoreError('store_unavailable', { cause: 'too many key sets are being read', reason: 'busy' })
}

function unreadable(): StoreError {
  return new StoreError('store_unavailable', {
    cause: 'the key set of the project cannot be read',
    reason: 'project_key_set_failed',
  })
}
