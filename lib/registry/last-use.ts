import type { VerifierEvent } from '../events/verifier-event.js'
import { milliseconds, objectWith } from '../options/kinds.js'
import { argumentReader, optionsReader, type OptionsOf } from '../options/options.js'
import { projectPrefix } from '../protocol.js'
import type { ProjectStore } from './store/project-store.js'
import type { KeyUse } from './store/records.js'

export interface LastUseOptions {
  /** Milliseconds between two writes. Default 60,000. */
  readonly intervalMs?: number
}

export interface LastUseRecorder {
  /** Give it to the verifier. */
  readonly onEvent: (event: VerifierEvent) => void
  /** Writes what was noted since the last time. Throws what the store throws; the notes are kept for the next time. */
  readonly flush: () => Promise<void>
  /** Writes a last time and ends. */
  readonly close: () => Promise<void>
}

type UseStore = Pick<ProjectStore, 'touch'>

const readStore = argumentReader(
  'recordLastUse',
  'store',
  objectWith<UseStore>('touch', 'a project store, such as new PostgresProjectStore({ db })'),
)
const readOptions = optionsReader('recordLastUse', {
  intervalMs: milliseconds({ default: 60_000, max: 3_600_000 }),
} satisfies OptionsOf<LastUseOptions>)

/** A write is one statement of so many rows at most. */
const maxNotes = 10_000

/**
 * Notes when keys were last used, and writes it once an interval: one statement for all of them, never one for a request.
 *
 * Notes up to 10,000 keys between two writes; when there are more it writes sooner. While the store is down it keeps the notes
 * that it has, and takes no further keys when they are full.
 *
 * @example
 * const lastUse = recordLastUse(store)
 * const verifier = createVerifier({ audience, keyStore, replayStore, onEvent: lastUse.onEvent })
 */
export function recordLastUse(store: UseStore, options: LastUseOptions = {}): LastUseRecorder {
  const useStore = readStore(store)
  const { intervalMs } = readOptions(options)

  let notes = new Map<string, KeyUse>()
  let writing: Promise<void> | undefined

  function note(use: KeyUse): void {
    const name = projectPrefix(use.projectId) + use.kid
    const earlier = notes.get(name)
    if (earlier === undefined ? notes.size < maxNotes : earlier.at < use.at) notes.set(name, use)
  }

  async function write(): Promise<void> {
    const written = notes
    if (written.size === 0) return
    notes = new Map()
    try {
      await useStore.touch(Array.from(written.values()))
    } catch (error) {
      for (const use of written.values()) note(use)
      throw error
    }
  }

  async function flush(): Promise<void> {
    // What is noted while a write is under way needs another.
    await writing?.catch(() => undefined)
    writing = write()
    await writing
  }

  const flushQuietly = () => {
    // That the store is down is reported by the verifications that need it.
    flush().catch(() => undefined)
  }
  const timer = setInterval(flushQuietly, intervalMs)
  timer.unref()

  return {
    onEvent(event) {
      if (event.type !== 'accepted') return
      const wasFull = notes.size === maxNotes
      note({ projectId: event.projectId, kid: event.kid, at: event.time })
      // Once, or a store that is down would be asked for each request.
      if (notes.size === maxNotes && !wasFull) flushQuietly()
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
