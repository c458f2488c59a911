import { callback, milliseconds, required } from '../../options/kinds.js'
import { argumentReader, optionsReader, type OptionsOf } from '../../options/options.js'
import { within } from '../../time/time-limit.js'
import type { PostgresListen } from './own-listen.js'

/** What is used of a `pg` Client. */
export interface PgClient {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  end(): Promise<unknown>
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
}

export interface ListenWithPgOptions {
  /** Milliseconds after which a silent connection is checked, and in which it must answer. Default 10,000. */
  readonly checkMs?: number
  /** The longest wait before the next attempt to connect, in milliseconds. The first waits are shorter. Default 5,000. */
  readonly retryMs?: number
  /** Called each time the connection is lost or cannot be made, for the log. Must not throw. */
  readonly onError?: (error: unknown) => void
}

const readConnect = argumentReader(
  'listenWithPg',
  'connect',
  required(callback<() => PgClient>('that makes a pg Client'), 'a function that makes a pg Client'),
)
const readOptions = optionsReader('listenWithPg', {
  checkMs: milliseconds({ default: 10_000, max: 600_000 }),
  retryMs: milliseconds({ default: 5_000, max: 600_000 }),
  onError: callback<(error: unknown) => void>('that takes an error'),
} satisfies OptionsOf<ListenWithPgOptions>)

/**
 * The `listen` of a `PostgresProjectStore`, over one `pg` connection of its own that is made again whenever it is lost.
 *
 * Not through a pooler that shares connections (PgBouncer in transaction mode): LISTEN needs one of its own. While the
 * connection is away messages are lost, so each time that it is back the handler is called without a payload: anything may have
 * changed. A database that is down does not keep `watch` waiting: it resolves after the first attempt, and the attempts go on.
 *
 * @example
 * const listen = listenWithPg(() => new pg.Client(process.env.DATABASE_URL))
 * const db = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * db.on('error', (error) => console.error('database', error.message))
 * const store = new PostgresProjectStore({ db, listen })
 */
export function listenWithPg(connect: () => PgClient, options: ListenWithPgOptions = {}): PostgresListen {
  const makeClient = readConnect(connect)
  const { checkMs, retryMs, onError } = readOptions(options)

  return async (channel, handler) => {
    const stopping = new AbortController()
    const { signal } = stopping
    const timedOut = `the database did not answer within ${checkMs} ms`
    let firstAttemptIsOver: () => void = () => undefined
    const firstAttempt = new Promise<void>((resolve) => (firstAttemptIsOver = resolve))

    /** Lives as long as one connection. Throws when it is lost. */
    async function listenOnce(): Promise<void> {
      const client = makeClient()
      const lost = new Promise<never>((_, reject) => {
        client.on('error', reject)
        client.on('end', () => {
          reject(new Error('the connection to the database has ended'))
        })
      })
      // It may be lost while nobody waits for that.
      lost.catch(() => undefined)
      client.on('notification', ({ payload }) => {
        if (!signal.aborted) handler(payload ?? '')
      })
      try {
        const ask = (work: () => Promise<unknown>) => Promise.race([lost, within(checkMs, work(), timedOut)])
        await ask(() => client.connect())
        await ask(() => client.query(`LISTEN "${channel}"`))
        failures = 0
        handler()
        firstAttemptIsOver()
        for (;;) {
          await Promise.race([lost, sleep(checkMs, signal)])
          if (signal.aborted) return
          await ask(() => client.query('SELECT 1'))
        }
      } finally {
        // Not awaited: a connection that is lost may never answer.
        client.end().catch(() => undefined)
      }
    }

    let failures = 0
    async function listenOn(): Promise<void> {
      while (!signal.aborted) {
        await listenOnce().catch((error: unknown) => {
          if (!signal.aborted) onError?.(error)
        })
        firstAttemptIsOver()
        // Instances that lost their connections together do not come back together.
        const wait = Math.min(retryMs, 50 * 2 ** failures++) * (0.5 + Math.random() / 2)
        await sleep(wait, signal)
      }
    }

    const listening = listenOn()
    await firstAttempt
    const close = async () => {
      stopping.abort()
      await listening
    }
    return { close }
  }
}

/** Ends early when it is aborted, and keeps no process alive. */
function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const wake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, milliseconds)
    timer.unref()
    signal.addEventListener('abort', wake)
  })
}
