import type { ProjectClientEvent } from './options.js'
import type { Problem } from './problem.js'

/** What calls carry: a new token for each, or a session for all. */
export interface Credentials {
  readonly current: (signal?: AbortSignal) => Promise<string>
  /** Called when a call is about to be sent again, because the platform did not take this. */
  readonly refused: (credential: string, problem: Problem, tell: (event: ProjectClientEvent) => void) => void
}
