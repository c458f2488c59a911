import type { MeterAttributes, MeterObservable } from './event-meter.js'

/**
 * A counter with all the series that it can have, from the beginning on: who watches a counter for its first increase must have seen
 * it before. It counts by itself and tells when it is read, which costs an event much less than to tell of each.
 */
export class Counts<Key extends string> {
  private readonly seriesOf: Readonly<Record<Key, MeterAttributes>>
  private readonly counts: Map<Key, number>
  private readonly ofLabels = new Map<string, Map<Key, number>>()

  constructor(instrument: MeterObservable, seriesOf: Readonly<Record<Key, MeterAttributes>>, label: string) {
    this.seriesOf = seriesOf
    this.counts = new Map((Object.keys(seriesOf) as Key[]).map((key) => [key, 0]))
    instrument.addCallback((result) => {
      for (const [key, count] of this.counts) result.observe(count, seriesOf[key])
      for (const [value, counts] of this.ofLabels) {
        for (const [key, count] of counts) result.observe(count, { ...seriesOf[key], [label]: value })
      }
    })
  }

  /** Counts one. Whoever gives labels bounds how many there are. */
  add(key: Key, label?: string): void {
    if (!Object.hasOwn(this.seriesOf, key)) return
    const counts = label === undefined ? this.counts : this.countsOf(label)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }

  private countsOf(label: string): Map<Key, number> {
    const known = this.ofLabels.get(label)
    if (known !== undefined) return known
    const counts = new Map<Key, number>()
    this.ofLabels.set(label, counts)
    return counts
  }
}
