import type { TokenRefusalCode } from '../customer/endpoint/refusals.js'
import type { OutageCode, RefusalCode, Retry } from '../http/refusals.js'

/** What a refusal can be: of the platform, or of your backend's token endpoint. Translate by it. */
export type ProblemCode = RefusalCode | OutageCode | TokenRefusalCode

/** RFC 9457 problem details, as this package answers with them. Each member has this type, or is not there. */
export interface Problem {
  /** Where the code is explained. */
  readonly type?: string
  readonly title?: string
  readonly status?: number
  /** A sentence in English. */
  readonly detail?: string
  /** `urn:uuid:...`: by it the platform finds out why. */
  readonly instance?: string
  readonly error?: string
  readonly code?: ProblemCode | (string & {})
  readonly retry?: Retry
  /** Epoch seconds. */
  readonly server_time?: number
}

/** What each member is like. Without a prototype, because the names come over the wire. */
const like: Readonly<Record<string, unknown>> = {
  __proto__: null,
  ...{
    type: '',
    title: '',
    status: 0,
    detail: '',
    instance: '',
    error: '',
    code: '',
    retry: '',
    server_time: 0,
  },
}

/**
 * What an answer says of its refusal; undefined for one that is no `application/problem+json`. Reads a copy, so the answer can still
 * be read.
 *
 * @example
 * import { createProjectClient, problemOf } from 'reverse-jwt/browser'
 *
 * const client = createProjectClient({ platform: 'https://platform.example', tokenUrl: '/token' })
 * const answer = await client.fetch('/embed/portal')
 * if (!answer.ok) showMessage((await problemOf(answer))?.code)
 */
export async function problemOf(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined
  try {
    // The answer to a HEAD has none.
    const body = JSON.parse((await response.clone().text()) || '{}') as object
    return Object.fromEntries(
      Object.entries(body).filter(([name, value]) => typeof value === typeof like[name]),
    )
  } catch {
    return undefined
  }
}
