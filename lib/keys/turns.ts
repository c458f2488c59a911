export interface TurnsOptions {
  /** How many items may wait. */
  readonly max: number
  /** How many of one project. */
  readonly maxOfProject: number
}

/** Items that wait. Projects are served in turns; within a project, who came first is served first. */
export class Turns<Item extends { readonly projectId: string }> {
  /** The project whose turn is next stands first. None is empty. */
  private readonly projects = new Map<string, Set<Item>>()
  private readonly options: TurnsOptions
  private count = 0

  constructor(options: TurnsOptions) {
    this.options = options
  }

  add(item: Item): void {
    const items = this.projects.get(item.projectId)
    if (items === undefined) this.projects.set(item.projectId, new Set([item]))
    else items.add(item)
    this.count++
  }

  /** Whether more wait than may, in all or of this project. */
  isOver(projectId: string): boolean {
    const { max, maxOfProject } = this.options
    return this.count > max || (this.projects.get(projectId)?.size ?? 0) > maxOfProject
  }

  /** Takes the next item out. */
  take(): Item | undefined {
    for (const [projectId, items] of this.projects) {
      // To the end, if there is more of it: the others come first.
      this.projects.delete(projectId)
      if (items.size > 1) this.projects.set(projectId, items)
      for (const item of items) {
        items.delete(item)
        this.count--
        return item
      }
    }
    return undefined
  }

  /** Takes this one out. Says whether it was there. */
  delete(item: Item): boolean {
    const items = this.projects.get(item.projectId)
    if (items?.delete(item) !== true) return false
    if (items.size === 0) this.projects.delete(item.projectId)
    this.count--
    return true
  }
}
