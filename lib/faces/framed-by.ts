import type { ServerResponse } from 'node:http'
import onHeaders from 'on-headers'
import { knownOrigins } from '../http/known-origin.js'
import { headerNamed } from '../http/request-headers.js'
import { varyBy } from '../http/vary.js'
import { hasMethod, origins as listOfOrigins } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import { isOrigin } from '../protocol.js'
import type { NextFunction, OriginSource, RequestLike } from '../types.js'

export interface FramedByOptions {
  /**
   * Origins that may stand around the page that frames, each time: those of a suite in which customers' pages are shown in frames
   * themselves. Default: none.
   */
  readonly ancestors?: readonly string[]
}

const readOptions = optionsReader('framedBy', {
  ancestors: listOfOrigins,
} satisfies OptionsOf<FramedByOptions>)

/**
 * Express middleware for pages of the platform that pages of these origins may show in a frame, or open as a popup. Each answer names
 * the one origin that frames, and no other customer:
 *
 *     GET /portal HTTP/1.1                 HTTP/1.1 200 OK
 *     Referer: https://shop.example/       Content-Security-Policy: default-src 'self'; frame-ancestors https://shop.example
 *     Sec-Fetch-Site: cross-site           Cross-Origin-Opener-Policy: unsafe-none
 *                                          Vary: Referer, Sec-Fetch-Site
 *
 * `frame-ancestors` has the origin of the Referer where `origins.has` returns true for it, else it is `'none'`. Where a page of the same
 * origin has navigated within the frame (`Sec-Fetch-Site: same-origin`: a reload, a link, a form; no other site can cause it), there is no
 * `frame-ancestors`. Other directives stay as they are; `X-Frame-Options` goes, and `Referrer-Policy` of a redirect. It does so when the answer is written, so what
 * other middleware says of frames does not count, whether it is mounted before or after.
 *
 * Checks nothing itself: the browser does, against the pages that are really around, so a made-up Referer gains nothing. Does not know
 * the project: that comes with the token. The frame needs `referrerpolicy="origin"`, or a page under `no-referrer` sends no Referer;
 * `openPortal` sets it. Every page of the platform that is shown in a frame stands behind it. A cache on the way has to heed `Vary`.
 *
 * What `origins.has` throws goes to `next`, and so does a TypeError when it returns anything but true or false, a promise for
 * example: then nobody may frame the answer. Throws a TypeError for a wrong option, and for an `AllowedOrigins`, whose `framing` is
 * meant. Works with Express 4 and 5, Connect and `node:http`. CSP3 section 6.4.2.
 *
 * @example
 * app.use('/portal', framedBy(new Set(['https://shop.example'])))
 * app.use('/portal', express.static('portal'))
 */
export function framedBy(
  origins: OriginSource,
  options: FramedByOptions = {},
): (req: RequestLike, res: ServerResponse, next: NextFunction) => void {
  refuseOriginsOfAnyPage(origins)
  const isKnown = knownOrigins('framedBy', origins)
  const { ancestors = [] } = readOptions(options)

  /** Undefined: as the answer says without it. */
  const ancestorsFor = ({ headers }: RequestLike): string | undefined => {
    if (headerNamed(headers, 'sec-fetch-site') === 'same-origin') return undefined
    const framing = originOf(headerNamed(headers, 'referer'))
    return framing !== undefined && isKnown(framing) ? [framing, ...ancestors].join(' ') : "'none'"
  }

  return function framedBy(req, res, next) {
    // Until the source has answered, and where it fails.
    let allowed: string | undefined = "'none'"
    const setHeaders = () => {
      res.setHeader(policyHeader, withAncestors(res.getHeader(policyHeader), allowed))
      res.removeHeader('X-Frame-Options')
      res.setHeader('Cross-Origin-Opener-Policy', 'unsafe-none')
      varyBy(res, 'Referer', 'Sec-Fetch-Site')
      // Under that of a redirect the next request may have no Referer, as when express.static adds a slash behind helmet.
      if (res.hasHeader('Location')) res.removeHeader('Referrer-Policy')
    }
    // Once, so an answer in the place of one that could not be written has what is set by then.
    onHeaders(res, setHeaders)
    try {
      allowed = ancestorsFor(req)
    } catch (error) {
      setHeaders()
      // Express takes a falsy error for none.
      next(error || new Error('framedBy: origins.has threw nothing'))
      return
    }
    setHeaders()
    next()
  }
}

/** `has` of `AllowedOrigins` is true for any page as soon as one project lists none. */
function refuseOriginsOfAnyPage(origins: OriginSource & { readonly framing?: unknown }): void {
  if (hasMethod((Object(origins) as typeof origins).framing, 'has'))
    throw new TypeError('framedBy: origins may have pages that no project lists; give origins.framing')
}

/** Of a Referer, which is the address of a page. Text of `URL` alone: a header cannot be led into another directive. */
function originOf(referer: unknown): string | undefined {
  const origin = typeof referer === 'string' && URL.canParse(referer) ? new URL(referer).origin : undefined
  return isOrigin(origin) ? origin : undefined
}

const policyHeader = 'Content-Security-Policy'

/**
 * There may be several policies, which all hold: in lines of their own, or with commas between them. The header is there in any case: a
 * 304 without it would leave the one in the browser's cache as it was.
 */
function withAncestors(present: number | string | string[] | undefined, allowed: string | undefined): string {
  const [first = [], ...others] = [present ?? []]
    .flat()
    .flatMap((line) => String(line).split(','))
    .map(otherDirectives)
    .filter((directives) => directives.length > 0)
  const own = allowed === undefined ? [] : [`frame-ancestors ${allowed}`]
  return [[...first, ...own], ...others].map((directives) => directives.join('; ')).join(', ')
}

function otherDirectives(policy: string): string[] {
  const directives = policy.split(';').map((directive) => directive.trim())
  return directives.filter((one) => one !== '' && !/^frame-ancestors(?:\s|$)/i.test(one))
}
