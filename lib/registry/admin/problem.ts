import { StoreError } from '../../errors.js'
import { RegistryError } from '../registry-error.js'

/** Where the codes are explained. The page is part of the package. */
const documentation = 'https://unpkg.com/reverse-jwt/docs/admin.md'

/** HTTP status, RFC 9457 title, detail. */
type Answer = readonly [status: number, title: string, detail: string]

/** What can be wrong with a request before the registry is asked, one line a code; and what can be wrong here. */
// prettier-ignore
const answers = {
  forbidden: [403, 'Forbidden', 'You may not manage the projects of this platform.'],
  route_not_found: [404, 'No such route', 'There is no such route. See docs/openapi.json of reverse-jwt.'],
  method_not_allowed: [405, 'Method not allowed', 'This route has other methods; see Allow.'],
  body_malformed: [400, 'Malformed body', 'The body must be a JSON object in UTF-8, without duplicate members, and nothing before this router may read it without leaving it in req.body.'],
  body_too_large: [413, 'Body too large', 'The body may have 65536 bytes at most.'],
  media_type_not_supported: [415, 'Unsupported media type', 'Send the body as Content-Type: application/json, in UTF-8 and not compressed; an empty one too.'],
  authorization_unavailable: [503, 'Temporarily unavailable', 'It cannot be told right now who may manage projects. Nothing was changed; try again shortly.'],
  store_unavailable: [503, 'Temporarily unavailable', 'The store of the projects cannot be asked right now. Whether a change was made is unknown: look before you repeat it.'],
  internal_error: [500, 'Internal error', 'Something went wrong here. Whether a change was made is unknown: look before you repeat it.'],
} as const satisfies Record<string, Answer>

export type RequestFault = keyof typeof answers

/** RFC 9457 problem details. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
}

/** A request that gets no further. */
export class Fault extends Error {
  readonly code: RequestFault
  /** With `method_not_allowed`: the methods that are. */
  readonly allow: string | undefined

  constructor(code: RequestFault, { allow, cause }: { allow?: string; cause?: unknown } = {}) {
    super(answers[code][2], { cause })
    this.code = code
    this.allow = allow
  }
}

/** What is answered for whatever was thrown: no text of an error that is not meant for the caller. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof RegistryError) {
    const { code, title, status, message } = thrown
    return problem(code, [status, title, message])
  }
  const code = codeOf(thrown)
  return problem(code, answers[code])
}

function codeOf(thrown: unknown): RequestFault {
  if (thrown instanceof Fault) return thrown.code
  return thrown instanceof StoreError ? 'store_unavailable' : 'internal_error'
}

function problem(code: string, [status, title, detail]: Answer): Problem {
  return { type: `${documentation}#${code}`, title, status, detail, code }
}
