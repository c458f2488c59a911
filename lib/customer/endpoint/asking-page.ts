import { headerNamed } from '../../http/request-headers.js'
import { isOrigin } from '../../protocol.js'
import type { RequestLike } from '../../types.js'
import { refusal } from './refusals.js'

interface PageRules {
  /** The pages that may ask, and no others; undefined: those of the endpoint's own origin. */
  readonly origins: ReadonlySet<string> | undefined
  readonly requireOrigin: boolean
}

/**
 * The origin of the page that asks; undefined where it has none. Throws `foreign_origin` for the page of somebody else.
 *
 *     Origin: https://shop.example
 *     Sec-Fetch-Site: same-origin
 *
 * No page can write these headers, so what a browser says in them is true. A program outside a browser can: it still needs a
 * session. The same as Go's CrossOriginProtection, but `none` and silence are refused, and no method is safe.
 */
export function askingPage(
  headers: RequestLike['headers'],
  ownHost: string | undefined,
  { origins, requireOrigin }: PageRules,
): string | undefined {
  const origin = headerNamed(headers, 'origin')
  const site = headerNamed(headers, 'sec-fetch-site')
  const isSilent = origin === undefined && site === undefined
  if (isSilent && requireOrigin) throw refusal('foreign_origin', sentences.silent)
  // What no browser sends as an Origin would be signed into the token.
  if (origin !== undefined && origin !== 'null' && !isOrigin(origin))
    throw refusal('foreign_origin', sentences.odd)
  if (!isSilent) {
    if (origins !== undefined) requireListed(origin, origins)
    else if (site !== undefined) requireSameSite(site)
    else requireOwnHost(origin, ownHost)
  }
  return origin === 'null' ? undefined : origin
}

/** Each says what to do about it, and repeats nothing that a caller wrote. */
// prettier-ignore
const sentences = {
  silent: 'The request says neither by Origin nor by Sec-Fetch-Site which page it comes from. To try it by hand, send Sec-Fetch-Site: same-origin. Where the caller is no browser, requireOrigin: false lets it pass to authorize.',
  odd: 'The Origin header of the request is not an origin.',
  listed: 'The page that asks is not one of those that may: its Origin is not in origins.',
  site: 'Only a page of this origin may ask for a token, and the browser says by Sec-Fetch-Site that this is another one. List its origin in origins if it may.',
  host: 'Only a page of this origin may ask for a token, and its Origin has another host than the Host header here. Behind a proxy that changes Host, list the origin of the page in origins.',
} as const

function requireListed(origin: unknown, origins: ReadonlySet<unknown>): void {
  if (!origins.has(origin)) throw refusal('foreign_origin', sentences.listed)
}

/** Independent of Host, and so of every proxy. https://www.w3.org/TR/fetch-metadata/ */
function requireSameSite(site: unknown): void {
  if (site !== 'same-origin') throw refusal('foreign_origin', sentences.site)
}

/** Browsers before 2023, and pages without TLS, say nothing but Origin. */
function requireOwnHost(origin: unknown, ownHost: string | undefined): void {
  const host = isOrigin(origin) ? new URL(origin).host : undefined
  if (host === undefined || host !== ownHost?.toLowerCase()) throw refusal('foreign_origin', sentences.host)
}
