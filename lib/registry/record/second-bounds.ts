/** One name, and how many of it may pass within a second. */
export type SecondBound = readonly [name: string, max: number]

/** Lets so many through within each second. Remembers only what passed: whoever is turned away takes no memory. */
export class SecondBounds {
  private second = NaN
  private readonly passed = new Map<string, number>()

  /** Whether each of these names has room for one more; then it is counted for all of them. `now` is in seconds. */
  admits(now: number, bounds: readonly SecondBound[]): boolean {
    const second = Math.floor(now)
    if (second !== this.second) {
      this.second = second
      this.passed.clear()
    }
    const isFull = bounds.some(([name, max]) => (this.passed.get(name) ?? 0) >= max)
    if (isFull) return false
    for (const [name] of bounds) this.passed.set(name, (this.passed.get(name) ?? 0) + 1)
    return true
  }
}
