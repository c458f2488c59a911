const slots = 10

/**
 * How often something happened in the last so many seconds, in ten slots: what happened up to a tenth of the window before it may
 * be counted, too.
 */
export class SlidingCount {
  private readonly width: number
  /** A ring: the slot that is being filled, and ten before it. */
  private readonly counts = new Uint32Array(slots + 1)
  private newest = NaN
  private sum = 0

  constructor(window: number) {
    this.width = window / slots
  }

  add(now: number): void {
    this.moveTo(now)
    const at = this.newest % this.counts.length
    this.counts[at] = (this.counts[at] ?? 0) + 1
    this.sum++
  }

  at(now: number): number {
    this.moveTo(now)
    return this.sum
  }

  private moveTo(now: number): void {
    const slot = Math.floor(now / this.width)
    if (slot === this.newest) return
    const { length } = this.counts
    const ahead = slot - this.newest
    // A clock that was set back a little counts where it was.
    if (ahead < 0 && ahead > -length) return
    if (ahead > 0 && ahead < length) {
      for (let passed = this.newest + 1; passed <= slot; passed++) this.clear(passed % length)
    } else {
      this.counts.fill(0)
      this.sum = 0
    }
    this.newest = slot
  }

  private clear(at: number): void {
    this.sum -= this.counts[at] ?? 0
    this.counts[at] = 0
  }
}
