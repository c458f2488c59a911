import { AuthenticationError } from '../errors.js'
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
 * well-formed token: `request_malformed`. Does not look into the token. RFC 6750 section 2.
 */
export function takeCredentials(request: RequestLike, tokenFrom: readonly TokenSource[]): Credentials {
  if (countHeader(request, 'authorization') > 1)
    throw malformed('There is more than one Authorization header.')
  if (countHeader(request, 'origin') > 1) throw malformed('There is more than one Origin header.')
  if (hasTokenInQuery(request))
    throw malformed('A token must not be in the URL, where logs and histories keep it.')

  const inHeader = headerToken(request)
  const inBody = bodyToken(request)
  if (tokenFrom.includes('body') && isUnparsedForm(request)) warnOnce('REVERSE_JWT_BODY_NOT_PARSED')
  if (inHeader !== undefined && inBody !== undefined)
    throw malformed('There is a token in the header and in the body.')
  const token =
    (tokenFrom.includes('header') ? inHeader : undefined) ?? (tokenFrom.includes('body') ? inBody : undefined)
  if (token === undefined) throw new AuthenticationError('credentials_missing')
  return { token, origin: headerOf(request, 'origin') }
}

/** Step 1 where there is no request: the token itself. */
export function requireToken(token: unknown): string {
  if (token === undefined || token === null || token === '')
    throw new AuthenticationError('credentials_missing')
  if (typeof token !== 'string') throw malformed('The token must be a string.')
  return token
}

/** Node drops a second Authorization header and joins two Origins, so only the raw headers tell. */
function countHeader({ rawHeaders, headers }: RequestLike, name: string): number {
  if (rawHeaders === undefined) {
    const value = headers[name]
    return Array.isArray(value) ? value.length : 1
  }
  let count = 0
  let isName = false
  for (const text of rawHeaders) {
    isName = !isName
    if (isName && text.length === name.length && text.toLowerCase() === name) count++
  }
  return count
}

/** Node has text here; other frameworks may have a list of one. What is neither cannot be compared with anything. */
function headerOf({ headers }: RequestLike, name: 'authorization' | 'origin'): string | undefined {
  const given: unknown = headers[name]
  const value: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given
  if (value === undefined && !Array.isArray(given)) return undefined
  if (typeof value !== 'string') throw malformed(`The ${name} header is not text.`)
  return value
}

function hasTokenInQuery({ originalUrl, url = '' }: RequestLike): boolean {
  const target = originalUrl ?? url
  const query = target.indexOf('?')
  return query >= 0 && new URLSearchParams(target.slice(query + 1)).has('access_token')
}

function headerToken(request: RequestLike): string | undefined {
  const authorization = headerOf(request, 'authorization')
  if (authorization === undefined || !bearerScheme.test(authorization)) return undefined
  const token = bearer.exec(authorization)?.[1]
  if (token === undefined) {
    const text = authorization.slice('Bearer'.length).trimStart()
    throw malformed(mistakeIn(text) ?? 'The Bearer scheme must be followed by one token.')
  }
  return token
}

function isForm({ method, headers }: RequestLike): boolean {
  const type = headers['content-type']
  if (method === 'GET' || method === 'HEAD' || typeof type !== 'string') return false
  return /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i.test(type)
}

function isUnparsedForm(request: RequestLike): boolean {
  return isForm(request) && request.body === undefined && request.headers['content-length'] !== '0'
}

function bodyToken(request: RequestLike): string | undefined {
  const { body } = request
  if (!isForm(request)) return undefined
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'access_token')) return undefined
  const token = (body as { access_token: unknown }).access_token
  if (typeof token !== 'string' || token === '') throw malformed('The form must have one access_token.')
  return token
}

function malformed(description: string): AuthenticationError {
  return new AuthenticationError('request_malformed', { description })
}
