import { isOutageCode } from '../../http/refusals.js'
import type { Retry } from '../../http/refusals.js'
import { retryAfter } from '../../http/retry-after.js'
import { refusalFactsOf } from '../../errors.js'

/** An answer of the token endpoint or the revocation endpoint. */
export interface OAuthAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * What is wrong with a request itself. RFC 6749 section 5.2.
 */
export class OAuthFault extends Error {
  readonly answer: OAuthAnswer

  constructor(
    error: string,
    description: string,
    {
      status = 400,
      code,
      headers = {},
    }: { status?: number; code?: string; headers?: Record<string, string> } = {},
  ) {
    super(description)
    const coded = code === undefined ? {} : { code, retry: 'no' as Retry }
    this.answer = { status, headers, body: { error, error_description: description, ...coded } }
  }
}

/**
 * How the endpoints answer an error. Undefined for one that is not ours: a defect.
 *
 *     { "error": "invalid_grant", "error_description": "The token has been used before, ...", "code": "token_replayed",
 *       "retry": "fresh-token", "server_time": 1790000000.1, "instance": "urn:uuid:0b9c7a52-..." }
 */
export function oauthAnswer(error: unknown): OAuthAnswer | undefined {
  if (error instanceof OAuthFault) return error.answer
  const facts = refusalFactsOf(error)
  if (facts === undefined) return undefined
  const { code, description, retry, serverTime, instance } = facts
  const body = (oauthError: string, advice: Retry) => ({
    error: oauthError,
    error_description: description,
    code,
    retry: advice,
    server_time: serverTime,
    instance: `urn:uuid:${instance.id}`,
  })
  if (isOutageCode(code))
    return { status: 503, headers: retryAfter(503), body: body('temporarily_unavailable', 'later') }
  if (code === 'scope_insufficient') return { status: 400, body: body('invalid_scope', 'no') }
  // An exchange runs nothing, so it may be repeated whatever became of the first copy.
  return { status: 400, body: body('invalid_grant', code === 'token_replayed' ? 'fresh-token' : retry) }
}
