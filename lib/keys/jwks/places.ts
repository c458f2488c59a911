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

/** Takes one of each, or none. */
export function takeAll(all: readonly Places[]): boolean {
  const taken = all.filter((places) => places.take())
  if (taken.length === all.length) return true
  for (const places of taken) places.giveBack()
  return false
}
