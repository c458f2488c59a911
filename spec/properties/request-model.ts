import type { RequestLike } from '../../lib/index.js'

/** A request whose headers are a plain object. */
export interface NodeRequest extends RequestLike {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** The one token of a request, or undefined: the contract said again, without care for speed or for the reason. */
export function tokenOf(request: NodeRequest, places: readonly ('header' | 'body')[]): string | undefined {
  if (linesOf(request, 'authorization') > 1 || linesOf(request, 'origin') > 1) return undefined
  if (isInQuery(request.originalUrl ?? request.url ?? '')) return undefined
  const inHeader = headerToken(request.headers.authorization)
  const inBody = bodyToken(request)
  if (inHeader === 'malformed' || inBody === 'malformed') return undefined
  if (inHeader !== undefined && inBody !== undefined) return undefined
  if (inHeader !== undefined) return places.includes('header') ? inHeader : undefined
  return places.includes('body') ? inBody : undefined
}

function linesOf({ rawHeaders, headers }: NodeRequest, name: string): number {
  if (rawHeaders === undefined) return String(headers[name]).split(',').length
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length
}

function isInQuery(target: string): boolean {
  if (!target.includes('?')) return false
  // A second question mark is taken for the first, on the safe side.
  const query = target.slice(target.indexOf('?') + 1).replace(/^\?/, '')
  const names = query.split('&').map((pair) => pair.split('=')[0] ?? '')
  return names.some((name) => plain(name) === 'access_token')
}

/** Percent-encoding of ASCII, which is all that the name has. */
function plain(name: string): string {
  return name
    .replaceAll('+', ' ')
    .replace(/%([0-7][0-9A-F])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

function headerToken(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const scheme = value.slice(0, 6)
  const rest = value.slice(6)
  if (scheme.toLowerCase() !== 'bearer' || /^[\w!#$%&'*+.^`|~-]/.test(rest)) return undefined
  const token = rest.replace(/^ +/, '')
  return token !== rest && /^[\w.~+/-]+=*$/.test(token) ? token : 'malformed'
}

function bodyToken({ method, headers, body }: NodeRequest): string | undefined {
  const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
  const isForm = type.replace(/[ \t]+$/, '').toLowerCase() === 'application/x-www-form-urlencoded'
  if (!isForm || method === 'GET' || method === 'HEAD') return undefined
  if (typeof body !== 'object' || body === null || !Object.keys(body).includes('access_token'))
    return undefined
  const { access_token: token } = body as { access_token: unknown }
  return typeof token === 'string' && token !== '' ? token : 'malformed'
}
