import { within } from '../../time/time-limit.js'
import { warnOnce } from '../../warnings.js'
import { databaseFailure } from '../postgres/database-failure.js'
import type { RegistryDatabase } from '../postgres/database.js'
import { insertEvents } from '../postgres/event-statements.js'
import { inAsciiAlone, type EventRow } from './event-row.js'

/** What waits to be written. Its row is made when it is, off the way of requests. */
export interface WaitingEvent {
  /** How many events it stands for. */
  readonly count: number
  readonly row: () => EventRow
}

interface EventWriterSettings {
  readonly db: RegistryDatabase
  readonly batch: number
  readonly queue: number
}

/** How long somebody who waits for the database waits. Requests never do. */
const timeLimitMs = 10_000

/** SQLSTATE of what the database has against a row, not against being asked. */
const dataFault = /^2[23]/

/**
 * Writes events to the database: many in one statement, one statement at a time, however long it takes. What cannot be written waits for
 * the next time; what finds no place to wait is dropped and counted.
 */
export class EventWriter {
  private readonly settings: EventWriterSettings
  private readonly waiting: WaitingEvent[] = []
  private writing: Promise<void> | undefined
  dropped = 0

  constructor(settings: EventWriterSettings) {
    this.settings = settings
  }

  add(event: WaitingEvent): void {
    if (this.waiting.length < this.settings.queue) this.waiting.push(event)
    else this.drop(event.count)
  }

  drop(count = 1): void {
    this.dropped += count
    warnOnce('REVERSE_JWT_EVENTS_DROPPED')
  }

  /** Begins to write what waits, unless it is being written. What is in the way is for `write` and `ready` to say. */
  writeSoon(): void {
    if (this.writing === undefined) this.begin().catch(() => undefined)
  }

  /** Writes what waits. Whoever waits for it waits for ten seconds at most. Rejects with what is in the way. */
  async write(): Promise<void> {
    await inTime(this.writing ?? this.begin())
  }

  /** Rejects where nothing could be written. Asks the database for the same as a write does, and writes nothing. */
  async ready(): Promise<void> {
    await inTime(this.insert([]))
  }

  private begin(): Promise<void> {
    this.writing = this.writeAll().finally(() => (this.writing = undefined))
    return this.writing
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const events = this.waiting.slice(0, this.settings.batch)
      await this.writeRows(events)
      this.waiting.splice(0, events.length)
    }
  }

  private async writeRows(events: readonly WaitingEvent[]): Promise<void> {
    const rows = events.map(({ row }) => row())
    try {
      await this.insert(rows).catch((error: unknown) => {
        if (!isDataFault(error)) throw error
        return this.insert(rows.map(inAsciiAlone))
      })
    } catch (error) {
      // One row that no database takes would keep all others waiting.
      if (!isDataFault(error)) throw error
      this.drop(events.reduce((sum, { count }) => sum + count, 0))
    }
  }

  private async insert(rows: readonly EventRow[]): Promise<void> {
    await this.settings.db.query(insertEvents, [JSON.stringify(rows)])
  }
}

function isDataFault(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' && dataFault.test(code)
}

async function inTime(work: Promise<void>): Promise<void> {
  try {
    await within(timeLimitMs, work, `the database did not answer within ${timeLimitMs} ms`)
  } catch (error) {
    throw databaseFailure('recordEvents', 'write events', error, [])
  }
}
