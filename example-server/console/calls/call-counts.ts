/** How many calls there were, for each verified project and reason. */

export interface CallCount {
  readonly outcome: string
  /** What the caller was told. Absent: accepted. */
  readonly code?: string | undefined
  /** The true reason. */
  readonly reason?: string | undefined
  /** Verified. Absent: anyone can have written the token. */
  readonly projectId?: string | undefined
  /** Of several projects, when there are too many to count each. */
  readonly isOfOthers?: boolean
  readonly calls: number
}

/** Codes and reasons are few, and so are those of `isOfOthers` that come on top. */
const maxRows = 200

export class CallCounts {
  private readonly rows = new Map<string, CallCount>()

  add(count: CallCount): void {
    const { projectId, ...rest } = count
    const key = keyOf(count)
    if (this.rows.has(key) || this.rows.size < maxRows || projectId === undefined) this.put(key, count)
    else this.put(keyOf({ ...rest, isOfOthers: true }), { ...rest, isOfOthers: true })
  }

  list(): CallCount[] {
    return Array.from(this.rows.values())
  }

  private put(key: string, count: CallCount): void {
    this.rows.set(key, { ...count, calls: (this.rows.get(key)?.calls ?? 0) + count.calls })
  }
}

/** The texts of a caller are apart in it: no two counts have the same. */
function keyOf({ outcome, code, reason, projectId, isOfOthers }: Omit<CallCount, 'calls'>): string {
  return JSON.stringify([outcome, code, reason, projectId, isOfOthers])
}
