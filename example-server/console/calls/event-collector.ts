/**
 * Takes every event of the platform, and passes on a bounded part of them twice a second. All calls are counted; when there are too
 * many at once, some are not listed. So a flood of calls costs the platform a count each, and a console no more than it can show.
 */
import type { AnyEvent } from 'reverse-jwt/observe'
import { CallCounts, type CallCount } from './call-counts.js'
import { groupOf, type EventGroup, type ObservedEvent } from './observed-events.js'

export interface EventBatch {
  readonly events: readonly ObservedEvent[]
  readonly counts: readonly CallCount[]
  /** How many events are not among them. */
  readonly unlisted: number
}

/** Of one group and batch. */
const maxListed = 20
/** Of one project among them, so that one with much traffic leaves room for others. */
const maxListedOfOne = 5

const delayMs = 500

export class EventCollector {
  private readonly send: (batch: EventBatch) => void
  private events: ObservedEvent[] = []
  private listed = new Map<string, number>()
  private counts = new CallCounts()
  private unlisted = 0
  private timer: NodeJS.Timeout | undefined

  constructor(send: (batch: EventBatch) => void) {
    this.send = send
  }

  readonly onEvent = (event: AnyEvent): void => {
    const observed = event as ObservedEvent
    const group = groupOf(observed)
    if (group === undefined) return
    const { type, code, reason, projectId } = observed
    if (['accepted', 'refused', 'unavailable'].includes(type))
      this.counts.add({ outcome: type, code, reason, projectId, calls: 1 })
    this.list(observed, group)
  }

  /** What another process has collected. */
  merge({ events, counts, unlisted }: EventBatch): void {
    for (const count of counts) this.counts.add(count)
    this.unlisted += unlisted
    for (const event of events) this.list(event, groupOf(event) ?? 'unverified')
    this.flushLater()
  }

  /** Passes on what there is now. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const batch = { events: this.events, counts: this.counts.list(), unlisted: this.unlisted }
    this.events = []
    this.listed = new Map()
    this.counts = new CallCounts()
    this.unlisted = 0
    this.send(batch)
  }

  private list(event: ObservedEvent, group: EventGroup): void {
    this.flushLater()
    const ofOne = JSON.stringify([group, event.projectId])
    const [all, ofSource] = [this.listed.get(group) ?? 0, this.listed.get(ofOne) ?? 0]
    // Who is not verified is not one source: each call is of whoever sent it.
    const isTooMany = all >= maxListed || (group !== 'unverified' && ofSource >= maxListedOfOne)
    if (isTooMany) {
      this.unlisted++
      return
    }
    this.listed.set(group, all + 1)
    this.listed.set(ofOne, ofSource + 1)
    this.events.push(event)
  }

  private flushLater(): void {
    this.timer ??= setTimeout(() => {
      this.flush()
    }, delayMs).unref()
  }
}
