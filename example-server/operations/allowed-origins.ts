import type { Registry } from 'reverse-jwt/registry'

/**
 * The origins of all projects, for CORS: a preflight does not say which project will call. Whether a project may call from an
 * origin is then the verifier's to decide.
 */
export class AllowedOrigins {
  private readonly registry: Pick<Registry, 'listProjects'>
  private origins = new Set<string>()
  private anyOrigin = false
  private reading = Promise.resolve()
  private next: Promise<void> | undefined

  constructor(registry: Pick<Registry, 'listProjects'>) {
    this.registry = registry
  }

  has(origin: string): boolean {
    return this.anyOrigin || this.origins.has(origin)
  }

  /**
   * Reads them again. What comes while they are read gets the next read, one for all: this one may be too old for it. So each
   * call ends, however often projects change.
   */
  async refresh(): Promise<void> {
    this.next ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.next = undefined
        this.reading = this.read()
        return this.reading
      })
    await this.next
  }

  private async read(): Promise<void> {
    const origins = new Set<string>()
    let anyOrigin = false
    let after: string | undefined
    do {
      const { projects, next } = await this.registry.listProjects({ limit: 500, after })
      for (const { allowedOrigins } of projects) {
        anyOrigin ||= allowedOrigins === undefined
        for (const origin of allowedOrigins ?? []) origins.add(origin)
      }
      after = next
    } while (after !== undefined)
    this.origins = origins
    this.anyOrigin = anyOrigin
  }
}
