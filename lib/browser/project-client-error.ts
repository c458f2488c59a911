import type { Problem } from './problem.js'

/**
 * What went wrong before there was an answer of the platform.
 *
 * `token_unreachable`: your backend gave no answer. `token_refused`: it refused, or sent a redirect. `token_invalid`: what it gave is
 * no token. `token_repeated`: it gave a token that has been used. `timeout`: no token, or no session, in time. `platform_unreachable`: the
 * platform gave no answer that this page may read. `session_refused`: the platform gave no session for a token. `portal_blocked`: the
 * browser did not open the popup. `portal_silent`: the page over there does not answer. `embedder_changed`: another page has
 * taken the place of the one that opened the portal.
 */
export type ProjectClientErrorCode =
  | 'token_unreachable'
  | 'token_refused'
  | 'token_invalid'
  | 'token_repeated'
  | 'timeout'
  | 'platform_unreachable'
  | 'session_refused'
  | 'portal_blocked'
  | 'portal_silent'
  | 'embedder_changed'

/** Why a call got no answer. What the platform answered is no error: see `problemOf`. */
export class ProjectClientError extends Error {
  declare readonly code: ProjectClientErrorCode
  /** Of the answer, with `token_refused` and `session_refused`. 0 for a redirect, of which a page learns nothing. */
  declare readonly status: number | undefined
  /** What the answer said, with `token_refused` and `session_refused`. */
  declare readonly problem: Problem | undefined

  constructor(
    code: ProjectClientErrorCode,
    message: string,
    detail: { status?: number; problem?: Problem | undefined; cause?: unknown } = {},
  ) {
    super(message, detail)
    Object.assign(this, { name: 'ProjectClientError', code }, detail)
  }
}
