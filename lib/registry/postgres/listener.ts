import { refuseUndefined, refuseUnknownNames, requireThat } from '../../options/option-checks.js'
import { within } from '../../time/time-limit.js'
import type { Listen } from './project-store.js'

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
  /** Told each time the connection is lost or cannot be made, for the log. Must not throw. */
  readonly onError?: (error: unknown) => void
}

const known: Record<keyof ListenWithPgOptions, true> = { checkMs: true, retryMs: true, onError: true }

/**
 * The `listen` of a `PostgresProjectStore`, over one `pg` connection of its own that is made again whenever it is lost.
 *
 * Not through a pooler that shares connections (PgBouncer in transaction mode): LISTEN needs one of its own. While the connection
 * is away messages are lost, so each time that it is back the handler is told that anything may have changed. A database that is
 * down does not keep `watch` waiting: it resolves after the first attempt, and the attempts go on.
 *
 * @example
 * const listen = listenWithPg(() => new pg.Client(process.env.DATABASE_URL))
 * const store = new PostgresProjectStore({ db: new pg.Pool(), listen })
 */
export function listenWithPg(connect: () => PgClient, options: ListenWithPgOptions = {}): Listen {
  requireThat(typeof (connect as unknown) === 'function', 'connect must be a function that makes a pg Client')
  refuseUnknownNames(options, known, 'option of listenWithPg')
  refuseUndefined(options)
  const { checkMs = 10_000, retryMs = 5_000, onError } = options
  for (const [name, value] of Object.entries({ checkMs, retryMs })) {
    requireThat(
      typeof (value as unknown) === 'number' && value > 0 && value <= 600_000,
      `${name} must be a positive number of milliseconds up to 600000`,
    )
  }

  return async (channel, handler) => {
    const stopping = new AbortController()
    const { signal } = stopping
    const late = `the database did not answer within ${checkMs} ms`
    let firstAttemptIsOver: () => void = () => undefined
    const firstAttempt = new Promise<void>((resolve) => (firstAttemptIsOver = resolve))

    /** Lives as long as one connection. Throws when it is lost. */
    async function listenOnce(): Promise<void> {
      const client = connect()
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
        const ask = (work: () => Promise<unknown>) => Promise.race([lost, within(checkMs, work(), late)])
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
        // Nobody waits for the farewell of a connection that may be dead.
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
    return async () => {
      stopping.abort()
      await listening
    }
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
