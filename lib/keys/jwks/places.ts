/** So many of something at a time. */
export class Places {
  private free: number

  constructor(max: number) {
    this.free = max
  }

  /** Whether there was one. Who took it gives it back. */
  take(): boolean {
    if (this.free <= 0) return false
    this.free--
    return true
  }

  giveBack(): void {
    this.free++
  }
}
