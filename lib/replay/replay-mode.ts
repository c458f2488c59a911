/** What a replay store does about tokens that may have been used before it lost its memory. */
export type ReplayMode = 'default' | 'strict'

/** For sentences. */
export const replayModes = "'default' or 'strict'"

export function isReplayMode(value: unknown): value is ReplayMode {
  return value === 'default' || value === 'strict'
}
