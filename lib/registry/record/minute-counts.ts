import type { VerifierAcceptedEvent } from '../../events/verifier-event.js'

/** What is counted together. Nothing in it was written by a stranger: `projectId` and `kid` are verified. */
export interface CountedNames {
  readonly type: string
  readonly code?: string | undefined
  readonly reason?: string | undefined
  readonly signature?: string | undefined
  readonly projectId?: string | undefined
  readonly kid?: string | undefined
  readonly origin?: string | undefined
  readonly face?: string | undefined
}

export interface MinuteCount extends CountedNames {
  count: number
}

/** Of one project whose calls have many origins: one without `allowedOrigins` may be called from anywhere. */
const maxOrigins = 50

/**
 * Counts what happens within a minute. Of one project, 50 origins are told apart; further ones are counted without. Beyond `max` counts
 * further projects are counted together.
 */
export class MinuteCounts {
  private readonly max: number
  private counts = new Map<string, MinuteCount>()
  private origins = new Map<string, number>()

  constructor(max: number) {
    this.max = max
  }

  /** Runs within each request: one look-up where the same was counted before. */
  addAccepted(event: VerifierAcceptedEvent): void {
    const { projectId, kid, face, origin = '' } = event
    const found = this.counts.get(`accepted\n${projectId}\n${kid}\n${face}\n${origin}`)
    if (found === undefined) this.add({ type: 'accepted', projectId, kid, face, origin: event.origin })
    else found.count++
  }

  add(names: CountedNames): void {
    const known = this.counts.get(nameOf(names))
    if (known !== undefined) known.count++
    else if (this.counts.size >= this.max) this.addBeyond(names)
    else if (this.isNewOriginOfMany(names)) this.add({ ...names, origin: undefined })
    else this.counts.set(nameOf(names), { ...names, count: 1 })
  }

  /** All that was counted, and begins anew. */
  take(): MinuteCount[] {
    const taken = Array.from(this.counts.values())
    this.counts = new Map()
    this.origins = new Map()
    return taken
  }

  /** Types, codes and reasons are few. */
  private addBeyond({ type, code, reason, signature }: CountedNames): void {
    const names = { type, code, reason, signature }
    const known = this.counts.get(nameOf(names))
    if (known === undefined) this.counts.set(nameOf(names), { ...names, count: 1 })
    else known.count++
  }

  private isNewOriginOfMany({ origin, projectId = '' }: CountedNames): boolean {
    if (origin === undefined) return false
    const origins = this.origins.get(projectId) ?? 0
    this.origins.set(projectId, origins + 1)
    return origins >= maxOrigins
  }
}

/** No verified name, and no header of a request, has a line end. */
function nameOf({
  type,
  code,
  reason,
  signature,
  projectId = '',
  kid = '',
  face = '',
  origin = '',
}: CountedNames): string {
  if (type === 'accepted') return `accepted\n${projectId}\n${kid}\n${face}\n${origin}`
  return `${type}\n${code ?? ''}\n${reason ?? ''}\n${signature ?? ''}\n${projectId}`
}
