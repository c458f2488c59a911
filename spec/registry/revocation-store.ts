import { jest } from '@jest/globals'
import {
  createRegistry,
  MemoryProjectStore,
  RegistryRevocations,
  type RegistryRevocationsOptions,
} from '../../lib/registry/index.js'
import type { SessionFacts } from '../../lib/revocations/revocation-store.js'
import { audience } from '../helpers/mint.js'

/** Needs fake timers. */
export const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000)

/** Epoch seconds, by the system's clock, which fake timers move. */
export const time = () => Date.now() / 1000

/** A session of the project `shop` by its key `key-1`, issued a minute ago. */
export const session = (facts: Partial<SessionFacts> = {}): SessionFacts => ({
  id: 'session-1',
  projectId: 'shop',
  kid: 'key-1',
  issuedAt: time() - 60,
  ...facts,
})

/** A registry over a store in memory that counts its reads, and that a test can take away. */
export function revocationStore() {
  const store = new MemoryProjectStore()
  const state = {
    reads: 0,
    ended: 0,
    fails: undefined as Error | undefined,
    delayMs: 0,
    answer: undefined as unknown,
  }
  const revocations = store.revocations.bind(store)
  store.revocations = async () => {
    state.reads++
    const answer = state.answer ?? (await revocations())
    if (state.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, state.delayMs))
    if (state.fails !== undefined) throw state.fails
    return answer as Awaited<ReturnType<typeof revocations>>
  }
  const endSession = store.endSession.bind(store)
  store.endSession = async (end) => {
    state.ended++
    if (state.fails !== undefined) throw state.fails
    await endSession(end)
  }
  const registry = createRegistry({ store, audience })
  const errors: unknown[] = []
  const make = (options: Partial<RegistryRevocationsOptions> = {}) =>
    new RegistryRevocations({ store, onError: (error) => errors.push(error), ...options })
  /** Made, read, and read again for what may have changed before the watch stood. */
  const settled = async (options?: Partial<RegistryRevocationsOptions>) => {
    const made = make(options)
    await pass(1)
    Object.assign(state, { reads: 0, ended: 0 })
    return made
  }
  return { store, state, registry, errors, make, settled }
}
