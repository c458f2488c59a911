import { StoreError } from '../errors.js'
import { within } from '../time/time-limit.js'
import type { ProjectKey } from '../types.js'
import type { Invalidations } from './invalidations.js'
import type { KeyStore } from './key-store.js'
import { Turns, type TurnsOptions } from './turns.js'

const maxReads = 32
/** Of names that were found before, and of those that were not. So each kind has 8 that the other cannot take. */
const maxReadsOfKind = 24
const maxUnseen: TurnsOptions = { max: 1_024, maxOfProject: 32 }
/** Calls that wait for names of one kind: a name is read once, however many ask for it, but each of them holds a request. */
const maxCallers = 4_096
/** A read that does not end gives its place back after so many times `timeoutMs`. */
const maxReadTimeouts = 10

const notInTime = 'the key store did not answer in time'
const tooMany = 'too many names wait to be read from the key store'

type Answer = ProjectKey | null | undefined

/** The name of a key, as the cache spells it. */
export interface KeyName {
  readonly projectId: string
  readonly kid: string
  readonly prefix: string
  readonly name: string
}

export interface KeyReadsOptions {
  readonly store: KeyStore
  readonly timeoutMs: number
  /** How many names that were found before may wait. */
  readonly maxKnown: number
  readonly invalidations: Invalidations
  /** Gets each answer that no invalidation overtook, with the time and the count of invalidations at which its read began. */
  readonly keep: (name: string, answer: Answer, begun: number, count: number) => void
}

interface Caller {
  readonly resolve: (answer: ProjectKey | undefined) => void
  readonly reject: (error: unknown) => void
  readonly deadline: NodeJS.Timeout
}

/** Names that were found before, or names that were not. */
interface Kind {
  readonly waiting: Turns<Lookup>
  reading: number
  callers: number
}

/** A name that callers wait for: until it is its turn, while it is read, and again when an invalidation overtook the read. */
interface Lookup extends KeyName {
  readonly kind: Kind
  readonly callers: Set<Caller>
  isBegun: boolean
}

/**
 * Reads keys: one read a name at a time, a bounded number of names at a time, in turns of projects, within one deadline a call.
 */
export class KeyReads {
  private readonly options: KeyReadsOptions
  private readonly lookups = new Map<string, Lookup>()
  private readonly known: Kind
  private readonly unseen: Kind = { waiting: new Turns(maxUnseen), reading: 0, callers: 0 }

  constructor(options: KeyReadsOptions) {
    this.options = options
    const { maxKnown } = options
    this.known = { waiting: new Turns({ max: maxKnown, maxOfProject: maxKnown }), reading: 0, callers: 0 }
  }

  /** The key of that name. Rejects at once when too many wait, and when `timeoutMs` have passed since this call. */
  ask(name: KeyName, isKnown: boolean): Promise<ProjectKey | undefined> {
    const joined = this.lookups.get(name.name)
    const kind = joined?.kind ?? (isKnown ? this.known : this.unseen)
    const lookup = kind.callers < maxCallers ? (joined ?? this.lookUp(name, kind)) : undefined
    if (lookup === undefined)
      return Promise.reject(new StoreError('store_unavailable', { cause: tooMany, reason: 'busy' }))
    return new Promise((resolve, reject) => {
      // Anyone can make up more names than are read in time. Whether the store is late is seen by those that are read at once.
      const isOneOfMany = kind === this.unseen && !lookup.isBegun
      const deadline = setTimeout(() => {
        this.leave(lookup, caller, isOneOfMany)
      }, this.options.timeoutMs)
      deadline.unref()
      const caller: Caller = { resolve, reject, deadline }
      lookup.callers.add(caller)
      kind.callers++
    })
  }

  /** Undefined when there is no room. */
  private lookUp({ projectId, kid, prefix, name }: KeyName, kind: Kind): Lookup | undefined {
    const lookup: Lookup = { projectId, kid, prefix, name, kind, callers: new Set(), isBegun: false }
    kind.waiting.add(lookup)
    this.lookups.set(name, lookup)
    this.startReads()
    if (!kind.waiting.isOver(projectId) || !kind.waiting.delete(lookup)) return lookup
    this.lookups.delete(name)
    return undefined
  }

  private leave(lookup: Lookup, caller: Caller, isOneOfMany: boolean): void {
    lookup.callers.delete(caller)
    lookup.kind.callers--
    const reason = isOneOfMany ? 'busy' : 'key_store_late'
    caller.reject(new StoreError('store_unavailable', { cause: notInTime, reason }))
    if (lookup.callers.size === 0 && lookup.kind.waiting.delete(lookup)) this.lookups.delete(lookup.name)
  }

  private startReads(): void {
    for (const kind of [this.known, this.unseen]) {
      while (this.known.reading + this.unseen.reading < maxReads && kind.reading < maxReadsOfKind) {
        const lookup = kind.waiting.take()
        if (lookup === undefined) break
        this.read(lookup)
      }
    }
  }

  private read(lookup: Lookup): void {
    const { store, timeoutMs, keep } = this.options
    const { count } = this.options.invalidations
    const begun = performance.now()
    const { projectId, kid, kind, name } = lookup
    kind.reading++
    lookup.isBegun = true
    const reading = new Promise<Answer>((resolve) => {
      resolve(store.find(projectId, kid))
    })
    const release = () => {
      kind.reading--
      this.startReads()
    }
    within(maxReadTimeouts * timeoutMs, reading, notInTime).then(release, release)
    within(timeoutMs, reading, notInTime, 'key_store_late').then(
      (answer) => {
        if (this.readAgain(lookup, count)) return
        keep(name, answer, begun, count)
        this.end(lookup, ({ resolve }) => {
          resolve(answer ?? undefined)
        })
      },
      (error: unknown) => {
        if (this.readAgain(lookup, count)) return
        this.end(lookup, ({ reject }) => {
          reject(error)
        })
      },
    )
  }

  /** What a read says does not count when an invalidation came after it began, be it a key, none or a failure. */
  private readAgain(lookup: Lookup, count: number): boolean {
    const { name, prefix, kind, callers } = lookup
    if (!this.options.invalidations.concern(name, prefix, count)) return false
    if (callers.size === 0) {
      this.lookups.delete(name)
    } else {
      // Those that are read now have been let in already, so the bounds are not for them.
      kind.waiting.add(lookup)
      this.startReads()
    }
    return true
  }

  private end(lookup: Lookup, tell: (caller: Caller) => void): void {
    this.lookups.delete(lookup.name)
    lookup.kind.callers -= lookup.callers.size
    for (const caller of lookup.callers) {
      clearTimeout(caller.deadline)
      tell(caller)
    }
  }
}
