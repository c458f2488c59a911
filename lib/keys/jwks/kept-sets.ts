import { LRUCache } from 'lru-cache'

export interface KeptSetsOptions {
  readonly maxSets: number
  /** Of all sets together. */
  readonly maxKids: number
}

/** Sets by project. Those that were not used for longest are forgotten when they are too many, or remember too many kids. */
export class KeptSets<Kept extends { readonly size: number }> {
  private readonly sets: LRUCache<string, Kept>

  constructor({ maxSets, maxKids }: KeptSetsOptions) {
    this.sets = new LRUCache({ max: maxSets, maxSize: maxKids, sizeCalculation: ({ size }) => size + 1 })
  }

  get(projectId: string): Kept | undefined {
    return this.sets.get(projectId)
  }

  set(projectId: string, set: Kept): void {
    this.sets.set(projectId, set)
  }

  /** To be called when that of a project has grown. */
  measure(projectId: string): void {
    const set = this.sets.peek(projectId)
    if (set === undefined) return
    // One that is there is not measured again.
    this.sets.delete(projectId)
    this.sets.set(projectId, set)
  }
}
