import { jest } from '@jest/globals'
import {
  AllowedOrigins,
  type AllowedOriginsOptions,
  type ProjectChangeListener,
  type ProjectOrigins,
} from '../../lib/registry/index.js'

export const home = 'https://shop.example'
export const evil = 'https://evil.example'

/** Needs fake timers. */
export const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds)

/** A store that counts what it is asked, and whose answer is set by a test; and what makes `AllowedOrigins` over it. */
export function originStore(answer: unknown = { listed: [home], any: false } satisfies ProjectOrigins) {
  const listeners = new Set<ProjectChangeListener>()
  const state = { answer, reads: 0, atOnce: 0, maxAtOnce: 0, delayMs: 0, watchFails: false, watches: 0 }
  const store = {
    async origins() {
      state.reads++
      state.maxAtOnce = Math.max(state.maxAtOnce, ++state.atOnce)
      const { answer, delayMs } = state
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
      state.atOnce--
      if (answer instanceof Error) throw answer
      return answer as ProjectOrigins
    },
    watch(listener: ProjectChangeListener) {
      state.watches++
      if (state.watchFails) return Promise.reject(new Error('cannot watch'))
      listeners.add(listener)
      const close = () => {
        listeners.delete(listener)
        return Promise.resolve()
      }
      return Promise.resolve({ close })
    },
  }
  const change = () => {
    for (const listener of listeners) listener('shop')
  }
  const errors: unknown[] = []
  const make = (options: AllowedOriginsOptions = {}) => {
    const onError = (error: unknown) => errors.push(error)
    const origins = new AllowedOrigins(store, { onError, ...options })
    return origins
  }
  /** Made, read, and read again for what may have changed before the watch stood. */
  const settled = async (options?: AllowedOriginsOptions) => {
    const origins = make(options)
    await pass(1_000)
    state.reads = 0
    return origins
  }
  return { state, store, listeners, change, errors, make, settled }
}
