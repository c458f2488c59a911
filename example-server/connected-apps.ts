/** Which apps get the orders of a project. */

const known = [
  { id: 'accounting', name: 'Accounting', purpose: 'Writes each order into the books.' },
  { id: 'newsletter', name: 'Newsletter', purpose: 'Asks buyers how they like what they bought.' },
  { id: 'warehouse', name: 'Warehouse', purpose: 'Packs what is paid, and counts what is left.' },
] as const

/** In memory, so each project takes some of it. Beyond that number the one that was changed longest ago is forgotten. */
const maxProjects = 1000

export interface ConnectedApp {
  readonly id: string
  readonly name: string
  readonly purpose: string
  readonly connected: boolean
}

export class ConnectedApps {
  private readonly byProject = new Map<string, ReadonlySet<string>>()

  list(projectId: string): ConnectedApp[] {
    const connected = this.byProject.get(projectId)
    return known.map((app) => ({ ...app, connected: connected?.has(app.id) === true }))
  }

  /** Returns the app as it is then; undefined where there is no such app. Doing it twice is doing it once. */
  set(projectId: string, id: string, isConnected: boolean): ConnectedApp | undefined {
    if (known.every((app) => app.id !== id)) return undefined
    const connected = new Set(this.byProject.get(projectId))
    if (isConnected) connected.add(id)
    else connected.delete(id)
    this.byProject.delete(projectId)
    const [oldest] = this.byProject.keys()
    if (oldest !== undefined && this.byProject.size >= maxProjects) this.byProject.delete(oldest)
    this.byProject.set(projectId, connected)
    return this.list(projectId).find((app) => app.id === id)
  }
}
