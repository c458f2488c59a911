import { outageFrom } from '../errors.js'
import type { Report, RevocationsEvent } from '../events/read-event.js'
import { fetchJson } from '../http/fetched-json.js'
import type { Clock } from '../time/clock.js'
import { EndedSessions } from './ended-sessions.js'
import { listIn } from './list-document.js'
import type { RevocationReader, SessionFacts } from './revocation-store.js'

type HeadersInput = ConstructorParameters<typeof Headers>[0]

export interface PulledSettings {
  readonly url: URL
  readonly headers: (() => HeadersInput | Promise<HeadersInput>) | undefined
  /** Seconds between two reads. */
  readonly interval: number
  /** Seconds after which a list says nothing any more. */
  readonly maxStaleness: number
  readonly clock: Clock
  readonly report: (event: Report<RevocationsEvent>) => void
}

/** Seconds after which a read that failed is tried again. */
const retryAfter = 1
/** Reads of many services do not come at the same moment for long. */
const jitter = 0.1
const limits = { maxBytes: 4_194_304, timeoutMs: 3_000 }

/**
 * What another process says of ended sessions: its list, read every few seconds from the beginning on. One read is under way at most.
 * Keeps no process alive.
 */
export class PulledRevocations implements RevocationReader {
  private readonly settings: PulledSettings
  private readonly ended: EndedSessions
  private timer: NodeJS.Timeout | undefined
  private reading: Promise<void> | undefined
  private isClosed = false

  constructor(settings: PulledSettings) {
    this.settings = settings
    this.ended = new EndedSessions(settings)
    this.pull()
  }

  isRevoked(session: SessionFacts): boolean | Promise<boolean> {
    const { age } = this.ended
    // The first list comes soon: whoever calls a service that has just begun waits for it.
    if (!(age <= this.settings.maxStaleness) && this.reading !== undefined) return this.afterRead(session)
    return this.ended.isRevoked(session)
  }

  async ready(): Promise<void> {
    if (this.ended.isFresh) return
    try {
      await (this.reading ?? this.read())
    } catch (cause) {
      throw outageFrom(cause, 'revocations_failed')
    }
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.timer)
  }

  private async afterRead(session: SessionFacts): Promise<boolean> {
    await this.reading?.catch(() => undefined)
    return this.ended.isRevoked(session)
  }

  private pull(): void {
    if (this.isClosed) return
    this.read().then(
      () => {
        this.pullIn(this.settings.interval * (1 - jitter + 2 * jitter * Math.random()))
      },
      () => {
        this.pullIn(Math.min(retryAfter, this.settings.interval))
      },
    )
  }

  private pullIn(seconds: number): void {
    clearTimeout(this.timer)
    if (this.isClosed) return
    this.timer = setTimeout(() => {
      this.pull()
    }, seconds * 1000)
    this.timer.unref()
  }

  private read(): Promise<void> {
    this.reading ??= this.readOnce().finally(() => {
      this.reading = undefined
    })
    return this.reading
  }

  private async readOnce(): Promise<void> {
    const { url, headers, report } = this.settings
    const { age } = this.ended
    const known = Number.isNaN(age) ? {} : { age }
    const begun = performance.now()
    try {
      const list = listIn(await fetchJson(url, { ...limits, ...(headers !== undefined && { headers }) }))
      this.ended.keep(list, begun)
      report({ type: 'revocations.read', ...known, entries: this.ended.entries })
    } catch (cause) {
      report({ type: 'revocations.failed', ...known, cause: reasonOf(cause) })
      throw cause
    }
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'the list of revocations cannot be read'
}
