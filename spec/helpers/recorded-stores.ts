import type { VerifierOptions } from '../../lib/index.js'

/** The same options with stores that write down, in order, what they were asked. */
export function recordedStores(options: VerifierOptions): { options: VerifierOptions; calls: string[] } {
  const calls: string[] = []
  const { keyStore, replayStore } = options
  return {
    calls,
    options: {
      ...options,
      keyStore: {
        find(projectId, kid) {
          calls.push(`find ${projectId} ${kid}`)
          return keyStore.find(projectId, kid)
        },
      },
      replayStore: {
        consume(use) {
          calls.push(`consume ${use.projectId} ${use.jti}`)
          return replayStore.consume(use)
        },
      },
    },
  }
}
