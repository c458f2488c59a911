/** The latest events of all processes of the platform, with the same numbers in each of them. */
import { randomUUID } from 'node:crypto'
import { CallCounts, type CallCount } from './call-counts.js'
import type { EventBatch } from './event-collector.js'
import { groupOf, keptOf, type EventGroup, type ObservedEvent } from './observed-events.js'

export interface FeedEntry {
  /** Later ones have greater ones. */
  readonly number: number
  readonly event: ObservedEvent
}

export interface FeedMessage {
  /** Of the start of the platform: numbers of another start are others. */
  readonly feed: string
  readonly entries: readonly FeedEntry[]
  readonly counts: readonly CallCount[]
  readonly unlisted: number
}

interface Minute {
  readonly begins: number
  readonly counts: CallCounts
  unlisted: number
}

/** Calls are counted for so long. */
const countedMinutes = 5

export class EventFeed {
  private feed: string = randomUUID()
  private last = 0
  private rings = new Map<EventGroup, FeedEntry[]>()
  private minutes: Minute[] = []
  private readonly listeners = new Set<(message: FeedMessage) => void>()
  private readonly clock: () => number

  /** `clock` returns epoch seconds. */
  constructor(clock = () => Date.now() / 1000) {
    this.clock = clock
  }

  /** Of one process, or in the one process to which all others send theirs. */
  add({ events, counts, unlisted }: EventBatch): void {
    const entries = events.map((event, index) => ({ number: this.last + index + 1, event }))
    this.take({ feed: this.feed, entries, counts, unlisted })
  }

  /** What the feed of another process has numbered. */
  take(message: FeedMessage): void {
    const { feed, entries, counts, unlisted } = message
    if (feed !== this.feed) {
      this.feed = feed
      this.last = 0
      this.rings = new Map()
    }
    for (const entry of entries) if (entry.number > this.last) this.keep(entry)
    const minute = this.minute()
    for (const count of counts) minute.counts.add(count)
    minute.unlisted += unlisted
    for (const listener of this.listeners) listener(message)
  }

  /** Everything that is kept, for a process that begins, or a page. `since`: what it has seen already, as `position` told it. */
  all(since?: string): FeedMessage {
    const [feed, seen] = since?.split(' ') ?? []
    // A text that is no number compares false, and everything comes.
    const isSeen = ({ number }: FeedEntry) => feed === this.feed && number <= Number(seen)
    const entries = Array.from(this.rings.values()).flat()
    const counted = new CallCounts()
    const minutes = this.recent()
    for (const { counts } of minutes) for (const count of counts.list()) counted.add(count)
    return {
      feed: this.feed,
      entries: entries.filter((entry) => !isSeen(entry)).toSorted((a, b) => a.number - b.number),
      counts: counted.list().toSorted((a, b) => b.calls - a.calls),
      unlisted: minutes.reduce((sum, { unlisted }) => sum + unlisted, 0),
    }
  }

  /** Where a reader is who has read everything. */
  get position(): string {
    return `${this.feed} ${this.last}`
  }

  /** Returns what ends it. */
  listen(listener: (message: FeedMessage) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private keep(entry: FeedEntry): void {
    this.last = entry.number
    const { event } = entry
    const group = groupOf(event) ?? 'unverified'
    const ring = this.rings.get(group) ?? []
    this.rings.set(group, ring)
    ring.push(entry)
    if (ring.length <= keptOf[group]) return
    // A project that fills half of a ring pushes out its own.
    const isOwn = (one: FeedEntry) => one.event.projectId === event.projectId
    const ownCount = ring.filter(isOwn).length
    ring.splice(ownCount > keptOf[group] / 2 ? ring.findIndex(isOwn) : 0, 1)
  }

  private recent(): Minute[] {
    const begins = Math.floor(this.clock() / 60)
    // One from the future is of a clock that was set back.
    this.minutes = this.minutes.filter((one) => one.begins > begins - countedMinutes && one.begins <= begins)
    return this.minutes
  }

  private minute(): Minute {
    const begins = Math.floor(this.clock() / 60)
    const known = this.recent().find((one) => one.begins === begins)
    if (known !== undefined) return known
    const made = { begins, counts: new CallCounts(), unlisted: 0 }
    this.minutes.push(made)
    return made
  }
}
