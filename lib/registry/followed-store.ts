import { emit } from '../events/listeners.js'
import { within } from '../time/time-limit.js'
import type { ProjectStore, ProjectWatch } from './store/project-store.js'

export interface FollowedStoreOptions {
  /** Reads the store, and keeps the answer. */
  readonly read: () => Promise<void>
  /** Seconds after which it is read again where no message came. */
  readonly interval: number
  readonly onError: ((error: unknown) => void) | undefined
}

/** Many changes come together, as when a customer is set up. */
const pauseMs = 100

/**
 * Keeps what was read of a store up to date. Reads as soon as it is made, 100 ms after the store tells of a change, and every `interval`
 * seconds: at most one read is under way, and one more follows if something changed meanwhile. Keeps no process alive.
 */
export class FollowedStore {
  private readonly store: Pick<ProjectStore, 'watch'>
  private readonly readStore: () => Promise<void>
  private readonly listeners: readonly ((error: unknown) => void)[]
  private readonly timer: NodeJS.Timeout
  private isClosed = false
  private reading: Promise<void> | undefined
  private hasChangedMeanwhile = false
  private pause: NodeJS.Timeout | undefined
  private watch: ProjectWatch | 'coming' | undefined

  constructor(store: Pick<ProjectStore, 'watch'>, { read, interval, onError }: FollowedStoreOptions) {
    this.store = store
    this.readStore = read
    this.listeners = onError === undefined ? [] : [onError]
    this.timer = setInterval(this.refresh, interval * 1000)
    this.timer.unref()
    this.refresh()
  }

  /** The read that is under way, or a new one. Rejects when it fails. */
  read(): Promise<void> {
    if (this.isClosed) return Promise.resolve()
    this.reading ??= this.readOnce()
    return this.reading
  }

  /** A read that begins now, or later. Rejects when it fails. */
  async readAgain(): Promise<void> {
    await this.reading?.catch(() => undefined)
    await this.read()
  }

  /** Ends reading and watching, and waits for a read that is under way. */
  async close(): Promise<void> {
    this.isClosed = true
    clearInterval(this.timer)
    clearTimeout(this.pause)
    if (typeof this.watch === 'object') await this.watch.close()
    await this.reading?.catch(() => undefined)
  }

  report(error: unknown): void {
    if (!this.isClosed) emit(this.listeners, error)
  }

  private readonly refresh = () => {
    if (this.watch === undefined) void this.startWatching()
    // Who needs to know is told by onError.
    this.read().catch(() => undefined)
  }

  private async startWatching(): Promise<void> {
    this.watch = 'coming'
    try {
      const watch = await this.store.watch(this.noteChange)
      this.watch = watch
      if (this.isClosed) await watch.close()
      // What changed before it stood was not told.
      else this.noteChange()
    } catch (error) {
      this.watch = undefined
      this.report(error)
    }
  }

  private readonly noteChange = () => {
    if (this.isClosed) return
    if (this.reading !== undefined) this.hasChangedMeanwhile = true
    else {
      this.pause ??= setTimeout(this.refresh, pauseMs)
      this.pause.unref()
    }
  }

  private async readOnce(): Promise<void> {
    clearTimeout(this.pause)
    this.pause = undefined
    try {
      await this.readStore()
    } catch (error) {
      this.report(error)
      throw error
    } finally {
      this.reading = undefined
      if (this.hasChangedMeanwhile) {
        this.hasChangedMeanwhile = false
        this.noteChange()
      }
    }
  }
}

/** The stores of this package give up earlier. One that never answers shall not stop all later reads. */
const maxReadMs = 60_000

/** What a store answers. Also what it throws at once comes as a rejection. */
export function answerOf<T>(ask: () => Promise<T>): Promise<T> {
  return within(maxReadMs, (async () => ask())(), `the store did not answer within ${maxReadMs} ms`)
}
