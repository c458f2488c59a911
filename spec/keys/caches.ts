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

/** What a lookup answers when it may not even wait. */
export const overflow = {
  code: 'store_unavailable',
  status: 503,
  cause: 'too many names wait to be read from the key store',
}

/** What it answers at its deadline. */
export const timedOut = {
  code: 'store_unavailable',
  status: 503,
  cause: 'the key store did not answer in time',
}

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

export type Name = readonly [projectId: string, kid: string]

/** One name in each of so many projects. */
export const names = (count: number, prefix = 'project', kid = 'a'): Name[] =>
  Array.from({ length: count }, (_, index) => [`${prefix}-${index}`, kid])

/** So many names in one project. */
export const kidsOf = (projectId: string, count: number, prefix = 'made-up'): Name[] =>
  Array.from({ length: count }, (_, index) => [projectId, `${prefix}-${index}`])

export const ask = (cache: CachedKeyStore, asked: readonly Name[]) =>
  asked.map(([projectId, kid]) => outcome(cache.find(projectId, kid)))

/** Lets the cache find these keys, and then forget them: it knows that there are such keys. */
export async function introduce(cache: CachedKeyStore, reads: Read[], known: readonly Name[]) {
  for (const [projectId, kid] of known) {
    const found = cache.find(projectId, kid)
    reads.at(-1)?.answer(keyOf(projectId, kid))
    await found
  }
  cache.invalidate()
  reads.length = 0
}

/** Answers the read, and lets the cache go on. */
export async function answer(read: Read | undefined) {
  read?.answer(keyOf(read.projectId, read.kid))
  await seconds(0)
}

const admitted = new Map<string, ProjectKey>()
/** To admit a key takes longer than all else that these tests do. */
function admittedOnce({ projectId, kid }: Read): ProjectKey {
  const name = JSON.stringify([projectId, kid])
  const key = admitted.get(name) ?? keyOf(projectId, kid)
  admitted.set(name, key)
  return key
}

/** Answers every read after so many milliseconds, until there are none, and says how many were under way at once. */
export async function answerAll(reads: readonly Read[], milliseconds = 0): Promise<number> {
  let most = 0
  for (let answered = 0; answered < reads.length;) {
    const underWay = reads.slice(answered)
    most = Math.max(most, underWay.length)
    await seconds(milliseconds / 1000)
    for (const read of underWay) read.answer(admittedOnce(read))
    answered += underWay.length
    await seconds(0)
  }
  return most
}
