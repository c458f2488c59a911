import { StoreError } from '../../errors.js'

/**
 * How many tokens of each project this process has let in within the running minute. A count of what came in, not of what
 * Redis remembers: that would be a further key for each project, and in a cluster a further round trip.
 */
export class ProjectRate {
  private readonly max: number
  private readonly counts = new Map<string, number>()
  private minute = NaN

  constructor(max: number) {
    this.max = max
  }

  /** Throws `replay_store_full` for a project that has had its share. `now` in epoch seconds. */
  check(projectId: string, now: number): void {
    const minute = Math.floor(now / 60)
    if (minute !== this.minute) {
      this.counts.clear()
      this.minute = minute
    }
    if ((this.counts.get(projectId) ?? 0) >= this.max) {
      throw new StoreError('replay_store_full', {
        cause: 'the project has used up its rate for this minute; raise projectRate',
        reason: 'replay_project_rate',
      })
    }
  }

  count(projectId: string): void {
    this.counts.set(projectId, (this.counts.get(projectId) ?? 0) + 1)
  }
}
