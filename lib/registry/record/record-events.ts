import type { AnyEvent, ObservedEvent } from '../../events/observed-event.js'
import type { SessionFailedEvent } from '../../events/session-event.js'
import type { VerifierRefusedEvent, VerifierUnavailableEvent } from '../../events/verifier-event.js'
import { integer, milliseconds, objectWith, oneOf } from '../../options/kinds.js'
import { optionsReader, type OptionsOf } from '../../options/options.js'
import { clock, timeOf } from '../../time/clock.js'
import type { RegistryDatabase } from '../postgres/database.js'
import { countRowOf, rowOf } from './event-row.js'
import { EventWriter } from './event-writer.js'
import { MinuteCounts } from './minute-counts.js'
import { SecondBounds, type SecondBound } from './second-bounds.js'

export interface RecordEventsOptions {
  /** As a `PostgresProjectStore` takes it. Its role needs what `grants()` gives. */
  readonly db: RegistryDatabase
  /** Milliseconds between two writes. Default 1,000, at most 60,000. */
  readonly flushMs?: number
  /** How many rows one statement writes at most. Default 500, at most 5,000. */
  readonly batch?: number
  /** How many events wait at most. Default 10,000, at most 1,000,000; half as many counts of a minute are told apart. */
  readonly queue?: number
  /**
   * How many refusals of one project and one code are kept one by one within a second, where the signature is good; and as many of
   * strangers altogether. Of a project four times as many, of all projects twenty times. The others are counted by minute. Default 5.
   */
  readonly refusalsPerSecond?: number
  /** Accepted tokens: counted by minute, or one row for each. Default `minute`. */
  readonly accepted?: 'minute' | 'each'
  /** Epoch seconds. Default: the system's clock. */
  readonly clock?: () => number
}

export interface EventRecorder {
  /** Give it to the verifier, the session issuer, `alertEvents`: it takes any event, and keeps those that it knows. Never throws. */
  readonly onEvent: (event: AnyEvent) => void
  /**
   * Throws what is in the way of writing: a `StoreUnusableError` says which right is missing, or that `migrate()` has not run; a
   * `StoreError` that the database cannot be asked right now.
   */
  readonly ready: () => Promise<void>
  /** Writes all that waits, also what was counted in this minute. Throws as `ready` does; what was not written waits. */
  readonly flush: () => Promise<void>
  /** Writes a last time and ends. */
  readonly close: () => Promise<void>
  /** How many events were dropped since it was made: too many waited, or the database refused them. */
  readonly dropped: number
}

const readOptions = optionsReader('recordEvents', {
  db: objectWith<RegistryDatabase>(
    'query',
    'an object with query(text, params), as a pg Pool and a PGlite have it',
  ),
  flushMs: milliseconds({ default: 1_000, max: 60_000 }),
  batch: integer({ default: 500, max: 5_000, of: 'rows' }),
  queue: integer({ default: 10_000, max: 1_000_000, of: 'events' }),
  refusalsPerSecond: integer({ default: 5, max: 1_000, of: 'refusals' }),
  accepted: oneOf('minute', 'each'),
  clock,
} satisfies OptionsOf<RecordEventsOptions>)

/** Of each type of what a project makes by its own good tokens, other than refusals: sessions, alerts, accepted tokens where each is kept. */
const maxPerSecond = { ofProject: 100, ofAll: 1_000 }

/**
 * Keeps what became of tokens and sessions in the database, where `getRefusal` finds why a call was refused.
 *
 * Never on the way of a request: one that is accepted is counted in memory, and a write is one statement for many. Written are
 * refusals and outages, sessions that were issued, ended or failed, and alerts, one by one; beyond what `refusalsPerSecond` says, and for accepted
 * tokens, how many they were in each minute. So neither strangers nor a customer's own tokens fill the table, or hide what became of
 * those of others. Requests without a token are counted only. Of a token nothing is kept but a hash of its jti; what is not verified
 * is kept in `detail` under its name, `unverified...`.
 *
 * While the database does not answer, events wait, `queue` of them; further ones are dropped, counted in `dropped` and warned of once. A
 * process that is killed loses what waited, and what it counted in this minute. Throws a TypeError for a wrong option.
 *
 * @example
 * const record = recordEvents({ db })
 * await record.ready()
 * const verifier = createVerifier({ audience, keyStore, replayStore, onEvent: [record.onEvent] })
 */
export function recordEvents(options: RecordEventsOptions): EventRecorder {
  const { db, flushMs, batch, queue, refusalsPerSecond, accepted, clock } = readOptions(options)
  const writer = new EventWriter({ db, batch, queue })
  const counts = new MinuteCounts(Math.ceil(queue / 2))
  const passed = new SecondBounds()
  let minute = minuteOf(timeOf(clock))

  /** Keeps an event by itself if there is room within this second, or counts it. */
  function keepOrCount(event: ObservedEvent, bounds: readonly SecondBound[], count: () => void): void {
    if (!passed.admits(timeOf(clock), bounds)) {
      count()
      return
    }
    // An alert has one id from its beginning to its end.
    const id = event.type === 'alert.ended' || !uuid.test(event.id) ? crypto.randomUUID() : event.id
    writer.add({ count: 1, row: () => rowOf(id, event) })
  }

  function noteRefusal(event: VerifierRefusedEvent | VerifierUnavailableEvent | SessionFailedEvent): void {
    const { type, reason, projectId } = event
    const { code, signature } = 'code' in event ? event : { code: type }
    const each = refusalsPerSecond
    const bounds: SecondBound[] =
      projectId === undefined
        ? [['strangers', each]]
        : [
            ['refusals', each * 20],
            [`refusals\n${projectId}`, each * 4],
            [`refusals\n${projectId}\n${code}`, each],
          ]
    keepOrCount(event, bounds, () => {
      counts.add({ type, code, reason, signature, projectId })
    })
  }

  /** What no stranger can make happen. Each type by itself, or a project would hide the alert about it behind sessions. */
  function noteOwn(event: ObservedEvent, projectId: string | undefined, count: () => void): void {
    const bounds: SecondBound[] = [
      [event.type, maxPerSecond.ofAll],
      [`${event.type}\n${projectId ?? ''}`, maxPerSecond.ofProject],
    ]
    keepOrCount(event, bounds, count)
  }

  function note(event: ObservedEvent): void {
    switch (event.type) {
      case 'accepted': {
        const count = () => {
          counts.addAccepted(event)
        }
        if (accepted === 'minute') count()
        else noteOwn(event, event.projectId, count)
        return
      }
      case 'refused':
        // It has no token, so there is nothing to find out.
        if (event.code === 'credentials_missing') counts.add({ type: 'refused', code: event.code })
        else noteRefusal(event)
        return
      case 'unavailable':
      case 'session.failed':
        noteRefusal(event)
        return
      case 'session.issued':
      case 'session.revoked':
      case 'alert.raised':
      case 'alert.ended': {
        const { type, projectId } = event
        noteOwn(event, projectId, () => {
          counts.add({ type, projectId, ...('rule' in event && { code: event.rule }) })
        })
        return
      }
      case 'key_set.failed':
        // Of the projects that have a set, not of what a token says.
        counts.add({ type: event.type, projectId: event.projectId })
        return
      case 'signing_keys.failed':
      case 'revocations.failed':
        counts.add({ type: event.type, ...('reason' in event && { reason: event.reason }) })
    }
  }

  function endMinute(): void {
    const began = minute * 60
    minute = minuteOf(timeOf(clock))
    for (const count of counts.take()) {
      const id = crypto.randomUUID()
      writer.add({ count: count.count, row: () => countRowOf(id, count, began) })
    }
  }

  const timer = setInterval(() => {
    if (minuteOf(timeOf(clock)) !== minute) endMinute()
    writer.writeSoon()
  }, flushMs)
  timer.unref()

  const flush = async () => {
    endMinute()
    await writer.write()
  }
  return {
    onEvent(event) {
      try {
        note(event as ObservedEvent)
      } catch {
        // Whoever gives it events of their own may give anything.
        writer.drop()
      }
    },
    ready: () => writer.ready(),
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
    get dropped() {
      return writer.dropped
    },
  }
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

function minuteOf(time: number): number {
  return Math.floor(time / 60)
}
