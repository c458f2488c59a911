import { limits, projectPrefix } from '../protocol.js'

/** Of projects and single keys. An older one counts as one of everything. */
const maxRemembered = 10_000
/** A longer name belongs to no key that a verifier asks for. */
const maxNameLength = 2 * limits.identifierLength + '256:'.length

/**
 * Says whether a key was invalidated after it was read, without a walk over all that is cached.
 *
 * Invalidations are counted. Whoever begins a read notes the count, and asks with it later.
 */
export class Invalidations {
  private total = 0
  private ofEverything = 0
  /** The count at the last invalidation of a project, by its prefix, or of a key, by its name. Oldest first. */
  private readonly last = new Map<string, number>()

  get count(): number {
    return this.total
  }

  /** One key, or all keys of a project, or everything. */
  add(projectId?: string, kid = ''): void {
    const name = projectId === undefined ? undefined : projectPrefix(projectId) + kid
    this.total++
    if (name === undefined || name.length > maxNameLength) {
      this.ofEverything = this.total
      this.last.clear()
      return
    }
    this.last.delete(name)
    this.last.set(name, this.total)
    if (this.last.size > maxRemembered) this.forgetOldest()
  }

  /** Whether the key of that name, in the project of that prefix, was invalidated since the count was this. */
  concern(name: string, prefix: string, count: number): boolean {
    if (count === this.total) return false
    const last = Math.max(this.ofEverything, this.last.get(prefix) ?? 0, this.last.get(name) ?? 0)
    return last > count
  }

  private forgetOldest(): void {
    for (const [name, count] of this.last) {
      this.last.delete(name)
      this.ofEverything = count
      return
    }
  }
}
