import { AuthenticationError } from '../errors.js'
import { headerNamed, isHeaders } from '../http/request-headers.js'
import type { RequestLike } from '../types.js'
import { warnOnce } from '../warnings.js'
import { mistakeIn } from './mistaken-token.js'

export type TokenSource = 'header' | 'body'

/** What step 1 takes from a request. */
export interface Credentials {
  readonly token: string
  readonly origin: string | undefined
}

/** RFC 9110 section 11.4: a scheme, then spaces, then one token68, and nothing else. */
const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i
const bearerScheme = /^bearer(?:[^!#$%&'*+\-.^_`|~0-9A-Za-z]|$)/i

/**
 * Step 1: exactly one token, from exactly one place.
 *
 *     POST /portal HTTP/1.1                     POST /portal HTTP/1.1
 *     Authorization: Bearer eyJ...              Content-Type: application/x-www-form-urlencoded
 *
 *                                               access_token=eyJ...
 *
 * `tokenFrom` says which of the two places count; `['header']` by default. Nothing there, or another scheme:
 * `credentials_missing`. Two tokens, a token in the query, two Authorization or Origin headers, or a Bearer scheme without one
 * well-formed token: `request_malformed`. Does not look into the token. Throws a TypeError for what is no request, and for
 * `'body'` with `Headers`, whose request has its body as a stream. RFC 6750 section 2.
 */
export function takeCredentials(request: RequestLike, tokenFrom: readonly TokenSource[]): Credentials {
  requireRequest(request, tokenFrom)
  const { token: inHeader, origin } = headerCredentials(request)
  const isForm = hasForm(request)
  const body = isForm ? request.body : undefined
  const inBody = bodyToken(body)
  if (isForm && body === undefined && tokenFrom.includes('body') && !isEmpty(request))
    warnOnce('REVERSE_JWT_BODY_NOT_PARSED')
  if (inHeader !== undefined && inBody !== undefined)
    throw malformed('There is a token in the header and in the body.')
  const token =
    (tokenFrom.includes('header') ? inHeader : undefined) ?? (tokenFrom.includes('body') ? inBody : undefined)
  if (token === undefined) throw new AuthenticationError('credentials_missing')
  return { token, origin }
}

/** What the headers say, where there is no token in the address. */
export function headerCredentials(request: RequestLike): {
  readonly token: string | undefined
  readonly origin: string | undefined
} {
  // Each is read once: what is checked is what is used.
  const authorization = soleHeader(request, 'authorization', 'Authorization')
  const origin = originOf(request)
  if (hasTokenInQuery(request))
    throw malformed('A token must not be in the URL, where logs and histories keep it.')
  return { token: headerToken(authorization), origin }
}

/** The Origin header of a request. Two of them: `request_malformed`. */
export function originOf(request: RequestLike): string | undefined {
  return soleHeader(request, 'origin', 'Origin')
}

/** Step 1 where there is no request: the token itself. */
export function requireToken(token: unknown): string {
  if (token === undefined || token === null || token === '')
    throw new AuthenticationError('credentials_missing')
  if (typeof token !== 'string') throw malformed('The token must be a string.')
  return token
}

/** Mistakes of who calls: no request could do better. */
function requireRequest(request: unknown, tokenFrom: readonly TokenSource[]): void {
  const { headers } = (request ?? {}) as { headers?: unknown }
  if (typeof headers !== 'object' || headers === null)
    throw new TypeError(
      "authenticate: request must have headers; give the server's own: c.req.raw in Hono, ctx.req in Koa, request.raw in Fastify",
    )
  if (isHeaders(headers) && tokenFrom.includes('body'))
    throw new TypeError(
      "authenticate: tokenFrom has 'body', but the body of this request is a stream. Read the form yourself and call verify(token, { origin })",
    )
}

/** The text of a header that may come once. */
function soleHeader({ headers, rawHeaders }: RequestLike, name: string, spelled: string): string | undefined {
  const given = headerNamed(headers, name)
  const isList = Array.isArray(given)
  if (countOf(rawHeaders, name) > 1 || (isList && given.length > 1))
    throw malformed(`There is more than one ${spelled} header.`)
  // Node has text here; other servers may have a list of one. What is neither cannot be compared with anything.
  const value: unknown = isList ? given[0] : given
  if (value === undefined && !isList) return undefined
  if (typeof value !== 'string') throw malformed(`The ${name} header is not text.`)
  // RFC 9110 section 5.3: so are two joined, where nothing raw tells them apart. One alone has no comma.
  if (value.includes(',') && (rawHeaders === undefined || isHeaders(headers)))
    throw malformed(`The ${spelled} header has a comma, as two that were joined have.`)
  return value
}

/** Node drops a second Authorization header, and joins two Origins; its raw headers have them all. */
function countOf(rawHeaders: readonly string[] | undefined, name: string): number {
  let count = 0
  let isName = false
  for (const text of rawHeaders ?? []) {
    isName = !isName
    if (isName && text.length === name.length && text.toLowerCase() === name) count++
  }
  return count
}

function hasTokenInQuery({ originalUrl, url = '' }: RequestLike): boolean {
  const target = originalUrl ?? url
  const query = target.indexOf('?')
  return query >= 0 && new URLSearchParams(target.slice(query + 1)).has('access_token')
}

function headerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !bearerScheme.test(authorization)) return undefined
  const token = bearer.exec(authorization)?.[1]
  if (token === undefined) {
    const text = authorization.slice('Bearer'.length).trimStart()
    throw malformed(mistakeIn(text) ?? 'The Bearer scheme must be followed by one token.')
  }
  return token
}

function hasForm({ method, headers }: RequestLike): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  const type = headerNamed(headers, 'content-type')
  return typeof type === 'string' && /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i.test(type)
}

function isEmpty({ headers }: RequestLike): boolean {
  return headerNamed(headers, 'content-length') === '0'
}

function bodyToken(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'access_token')) return undefined
  const token = (body as { access_token: unknown }).access_token
  if (typeof token !== 'string' || token === '') throw malformed('The form must have one access_token.')
  return token
}

export function malformed(description: string): AuthenticationError {
  return new AuthenticationError('request_malformed', { description })
}
