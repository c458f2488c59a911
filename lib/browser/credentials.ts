import type { ProjectClientEvent } from './options.js'
import type { Problem } from './problem.js'

/** A token or a session. */
export interface Credential {
  readonly token: string
  /** Where the page that gave the token is, in a portal. */
  readonly embedder?: string | undefined
}

/** What calls carry: a new token for each, or a session for all. */
export interface Credentials {
  readonly current: (signal?: AbortSignal) => Promise<Credential>
  /** Called when a call is about to be sent again, because the platform did not take this. */
  readonly refused: (
    credential: Credential,
    problem: Problem,
    tell: (event: ProjectClientEvent) => void,
  ) => void
}
