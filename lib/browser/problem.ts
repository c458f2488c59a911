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

/** The names of the members that are read, and their types. */
const known = /^((type|title|detail|instance|error|code|retry) string|(status|server_time) number)$/

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
  return response.headers.get('content-type')?.startsWith('application/problem+json')
    ? membersOf(response)
    : undefined
}

/** The members of a problem in an answer of any type; what else comes over the wire is left out. */
export async function membersOf(response: Response): Promise<Problem> {
  const members = Object.entries(await jsonOf(response))
  return Object.fromEntries(members.filter(([name, value]) => known.test(`${name} ${typeof value}`)))
}

/** What an answer has in it: nothing for what is no JSON, such as the answer to a HEAD. Reads a copy. */
export async function jsonOf(response: Response): Promise<object> {
  return Object(
    await response
      .clone()
      .json()
      .catch(() => 0),
  ) as object
}
