import { expect } from '@jest/globals'
import { MemoryReplayStore, type MemoryReplayStoreOptions } from '../../lib/index.js'
import { clocked } from '../helpers/clocked-store.js'
import { now } from '../helpers/mint.js'

/** A store at a clock that the test sets, and a way to use ids that live 180 seconds. */
export function small(options: MemoryReplayStoreOptions = {}) {
  const clock = { now }
  const store = clocked(() => clock.now, new MemoryReplayStore(options))
  const consume = (projectId: string, jti: string, lives = 180) =>
    store.consume({ projectId, jti, expiresAt: clock.now + lives, acceptableFrom: clock.now - 15 })
  const fill = (projectId: string, count: number) => {
    for (let index = 0; index < count; index++) expect(consume(projectId, `${clock.now}-${index}`)).toBe(true)
  }
  return { clock, store, consume, fill }
}

/** What a use gets that finds no room. */
export const storeFull = {
  code: 'replay_store_full',
  status: 503,
  cause: 'the replay store is full; raise capacity',
}
/** What it gets when its project has none. */
export const quotaUsedUp = {
  code: 'replay_store_full',
  status: 503,
  cause: 'the project has used up its quota; raise projectQuota',
}
