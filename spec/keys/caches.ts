import { jest } from '@jest/globals'
import {
  admitProjectKey,
  CachedKeyStore,
  type CachedKeyStoreOptions,
  type KeyStore,
  type ProjectKey,
} from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'

// The cache keeps time by this very object, so that a step of the system's clock does not stretch a key's life.
const monotonic = performance

/** Stops the time; `seconds` lets it go on. */
export function stopTime(): void {
  jest.useFakeTimers({ doNotFake: ['performance'] })
  jest.spyOn(monotonic, 'now').mockImplementation(() => Date.now())
}

export function letTimeGo(): void {
  jest.restoreAllMocks()
  jest.useRealTimers()
}

/** What a lookup answers when it may not read. */
export const overflow = {
  code: 'store_unavailable',
  status: 503,
  cause: 'too many reads of the key store are under way',
}

/** What it answers when its read takes too long. */
export const late = { code: 'store_unavailable', status: 503, cause: 'the key store did not answer in time' }

export const seconds = (count: number) => jest.advanceTimersByTimeAsync(count * 1000)

/** A read that the store has been asked for and a test answers. */
export interface Read {
  readonly projectId: string
  readonly kid: string
  readonly answer: (key: ProjectKey | undefined) => void
  readonly fail: (error: unknown) => void
}

export function keyOf(projectId: string, kid: string): ProjectKey {
  return admitProjectKey({ id: projectId }, { jwk: keyPair('ES256').publicJwk, kid })
}

/** A cache in front of a store whose reads end when the test says so. */
export function slowCache(options?: CachedKeyStoreOptions) {
  const reads: Read[] = []
  const store: KeyStore = {
    find: (projectId, kid) =>
      new Promise((answer, fail) => {
        reads.push({ projectId, kid, answer, fail })
      }),
  }
  return { reads, cache: new CachedKeyStore(store, options) }
}

/** A cache in front of a store that has the keys of `held`, and counts how often it is asked. */
export function quickCache(held: ProjectKey[], options?: CachedKeyStoreOptions) {
  const find = jest.fn<KeyStore['find']>((projectId, kid) =>
    held.find((key) => key.project.id === projectId && key.kid === kid),
  )
  return { find, held, cache: new CachedKeyStore({ find }, options) }
}

/** What a lookup answers, or what it throws. Never leaves a rejection unheard. */
export async function outcome(found: unknown): Promise<unknown> {
  try {
    return await found
  } catch (thrown) {
    return thrown
  }
}
