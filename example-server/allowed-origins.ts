import type { Registry } from 'reverse-jwt/registry'

/**
 * The origins of all projects, for CORS: a preflight does not say which project will call. Whether a project may call from an
 * origin is then the verifier's to decide.
 */
export class AllowedOrigins {
  private readonly registry: Pick<Registry, 'listProjects'>
  private origins = new Set<string>()
  private anyOrigin = false
  private reading: Promise<void> | undefined
  private isStale = false

  constructor(registry: Pick<Registry, 'listProjects'>) {
    this.registry = registry
  }

  has(origin: string): boolean {
    return this.anyOrigin || this.origins.has(origin)
  }

  /** Reads them again. A change that comes while they are read has them read once more. */
  async refresh(): Promise<void> {
    this.isStale = true
    this.reading ??= this.readUntilFresh().finally(() => (this.reading = undefined))
    await this.reading
  }

  private async readUntilFresh(): Promise<void> {
    while (this.isStale) {
      this.isStale = false
      await this.read()
    }
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
