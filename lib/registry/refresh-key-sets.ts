import { emit, eventListeners } from '../events/listeners.js'
import type { KeySetEvent, Report } from '../events/read-event.js'
import { toldDrops } from '../keys/jwks/set-keys.js'
import { callback, objectWith, seconds } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import { systemClock } from '../time/clock.js'
import { announced, type RegistryChangedEvent } from './announced-changes.js'
import {
  KeySetFault,
  keySetReader,
  type KeySetReader,
  keySetRules,
  type KeySetReadOptions,
  type ReadKeySet,
} from './key-set-reader.js'
import { change, existing } from './operations/change.js'
import { earlierRevocations } from './operations/earlier-revocations.js'
import { changesOf, tooManyKids, type KeySetChanges } from './rules/key-sets.js'
import { RegistryError } from './registry-error.js'
import type { DueKeySet, ProjectStore } from './store/project-store.js'

export type KeySetRefreshListener = (event: RegistryChangedEvent | KeySetEvent) => unknown

export interface RefreshKeySetsOptions {
  /** That of the registry, with its rights. */
  readonly store: ProjectStore
  /** Seconds between two reads of one set. Default 300, from 60 to 3,600. */
  readonly ttl?: number
  /** As in `createRegistry`. */
  readonly keySets?: KeySetReadOptions
  /** Told of each read of a set, and of each change that was written: one listener, or a list of them. */
  readonly onEvent?: KeySetRefreshListener | readonly KeySetRefreshListener[]
  /** Told when the store cannot be asked. The sets wait until it can. */
  readonly onError?: (error: unknown) => unknown
}

export interface KeySetRefresher {
  /** Reads what is due now, and resolves when it is written. */
  readonly refresh: () => Promise<void>
  /** Begins no further read, and waits for those that are under way. */
  readonly close: () => Promise<void>
}

/** Sets that are read at a time. */
const concurrency = 16
/** Who changes, in the audit. */
const by = 'refreshKeySets'

const readOptions = optionsReader('refreshKeySets', {
  store: objectWith<ProjectStore>('dueKeySets', 'a project store, such as new PostgresProjectStore({ db })'),
  ttl: seconds({ default: 300, min: 60, max: 3_600 }),
  keySets: keySetRules,
  onEvent: eventListeners<RegistryChangedEvent | KeySetEvent>(),
  onError: callback<(error: unknown) => unknown>('that is told of errors'),
} satisfies OptionsOf<RefreshKeySetsOptions>)

/**
 * Reads the sets of all projects that host their keys, each once in `ttl`, and writes into the store what has changed: the keys that
 * came and went, with a record in the audit. The store then has a copy of each set, for verifiers that start while a host is down, and
 * `listHostedKeys` shows it.
 *
 * Any number of processes may run it: each set is read by one of them. Reads 16 sets at a time, by the rules of `JwksKeyStore`, and
 * none of a project that is suspended. Looks for sets that are due ten times in `ttl`. What the store cannot be told is read again after
 * `ttl`. Keeps no process alive. Throws a TypeError for a wrong option.
 *
 * @example
 * const refresher = refreshKeySets({ store, onError: (error) => console.error(error) })
 */
export function refreshKeySets(options: RefreshKeySetsOptions): KeySetRefresher {
  const { store: given, ttl, keySets, onEvent, onError } = readOptions(options)
  const store = announced(given, onEvent)
  const readKeySet = keySetReader(keySets)
  const errorListeners = onError === undefined ? [] : [onError]
  let isClosed = false
  let running: Promise<void> | undefined

  const report = (event: Report<KeySetEvent>) => {
    emit(onEvent, Object.freeze({ ...event, id: crypto.randomUUID(), time: systemClock() }))
  }

  async function refreshDue(): Promise<void> {
    const reading = new Set<Promise<void>>()
    const begin = (set: DueKeySet) => {
      const one = refreshSet(set, { store, readKeySet, report })
        .catch(note)
        .finally(() => reading.delete(one))
      reading.add(one)
    }
    try {
      for (let isMore = true; isMore && !isClosed;) {
        const limit = concurrency - reading.size
        const due = await store.dueKeySets({ ttl, limit })
        due.forEach(begin)
        isMore = due.length === limit
        // One that is slow keeps its own place, and no other.
        if (isMore) await Promise.race(reading)
      }
    } finally {
      await Promise.all(reading)
    }
  }

  function note(error: unknown): void {
    // The project was deleted meanwhile, or is changed by many at once.
    if (!(error instanceof RegistryError)) emit(errorListeners, error)
  }

  const refresh = (): Promise<void> => {
    running ??= refreshDue().finally(() => {
      running = undefined
    })
    return running
  }
  const refreshQuietly = () => {
    refresh().catch(note)
  }
  const timer = setInterval(refreshQuietly, (ttl / 10) * 1000)
  timer.unref()

  return {
    refresh,
    async close() {
      isClosed = true
      clearInterval(timer)
      await running?.catch(() => undefined)
    },
  }
}

interface Refresh {
  readonly store: ProjectStore
  readonly readKeySet: KeySetReader
  readonly report: (event: Report<KeySetEvent>) => void
}

async function refreshSet(set: DueKeySet, { store, readKeySet, report }: Refresh): Promise<void> {
  const { projectId } = set
  const fail = (failure: string, isRead: boolean) => {
    report({ type: 'key_set.failed', projectId, cause: failure })
    return store.noteKeySetRead({ ...set, isRead, failure })
  }
  let read: ReadKeySet
  try {
    read = await readKeySet(set, (kids) => existing(store, projectId, systemClock(), { kids }))
  } catch (error) {
    if (error instanceof KeySetFault) return fail(error.message, false)
    throw error
  }
  const { newKids, tooMany } = await written(store, set, read)
  const { keys, dropped } = read
  const hasRoom = tooMany.length === 0
  // A set that goes on to have too many kids fails until it has not, and its news are told all the same.
  if (hasRoom || newKids.length > 0 || dropped.length > 0) {
    const counts = { keys: keys.length, dropped: dropped.length }
    report({ type: 'key_set.read', projectId, ...counts, droppedKeys: toldDrops(dropped), newKids })
  }
  if (!hasRoom) return fail(`too_many_keys: ${tooManyKids(projectId).message}`, true)
  return store.noteKeySetRead({ ...set, isRead: true })
}

/** Nothing where the set has moved meanwhile. */
async function written(store: ProjectStore, set: DueKeySet, read: ReadKeySet): Promise<KeySetChanges> {
  const kids = read.keys.map(({ kid }) => kid)
  return change(
    store,
    set.projectId,
    systemClock(),
    async (stored, now) => {
      if (stored.keySet?.jwksUri !== set.jwksUri)
        return { result: { hostedKeys: [], newKids: [], tooMany: [] } }
      const revocationOf = await earlierRevocations(store, stored, read.keys, now)
      const result = changesOf(stored, read, revocationOf, now)
      const { hostedKeys } = result
      if (hostedKeys.length === 0) return { result }
      return { result, plan: { action: 'key_set.changed', by, hostedKeys } }
    },
    { kids },
  )
}
