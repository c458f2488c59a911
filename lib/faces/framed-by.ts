import type { ServerResponse } from 'node:http'
import onHeaders from 'on-headers'
import { knownOrigins } from '../http/known-origin.js'
import { headerNamed } from '../http/request-headers.js'
import { varyBy } from '../http/vary.js'
import { origins as listOfOrigins } from '../options/kinds.js'
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
 * `frame-ancestors`. Other directives stay as they are; `X-Frame-Options` goes. It does so when the answer is written, so what
 * other middleware says of frames does not count, whether it is mounted before or after.
 *
 * Checks nothing itself: the browser does, against the pages that are really around, so a made-up Referer gains nothing. Does not know
 * the project: that comes with the token. The frame needs `referrerpolicy="origin"`, or a page under `no-referrer` sends no Referer;
 * `openPortal` sets it. Every page of the platform that is shown in a frame stands behind it. A cache on the way has to heed `Vary`.
 *
 * What `origins.has` throws goes to `next`, and so does a TypeError when it returns anything but true or false, a promise for
 * example. Throws a TypeError for a wrong option. Works with Express 4 and 5, Connect and `node:http`. CSP3 section 6.4.2.
 *
 * @example
 * app.use('/portal', framedBy(new Set(['https://shop.example'])))
 * app.use('/portal', express.static('portal'))
 */
export function framedBy(
  origins: OriginSource,
  options: FramedByOptions = {},
): (req: RequestLike, res: ServerResponse, next: NextFunction) => void {
  const isKnown = knownOrigins('framedBy', origins)
  const { ancestors = [] } = readOptions(options)

  /** Undefined: as the answer says without it. */
  const ancestorsFor = ({ headers }: RequestLike): string | undefined => {
    if (headerNamed(headers, 'sec-fetch-site') === 'same-origin') return undefined
    const framing = originOf(headerNamed(headers, 'referer'))
    return framing !== undefined && isKnown(framing) ? [framing, ...ancestors].join(' ') : "'none'"
  }

  return function framedBy(req, res, next) {
    let allowed: string | undefined
    try {
      allowed = ancestorsFor(req)
    } catch (error) {
      // Express takes a falsy error for none.
      next(error || new Error('framedBy: origins.has threw nothing'))
      return
    }
    onHeaders(res, () => {
      setPolicy(res, allowed)
      res.removeHeader('X-Frame-Options')
      res.setHeader('Cross-Origin-Opener-Policy', 'unsafe-none')
      varyBy(res, 'Referer', 'Sec-Fetch-Site')
    })
    next()
  }
}

/** Of a Referer, which is the address of a page. Text of `URL` alone: a header cannot be led into another directive. */
function originOf(referer: unknown): string | undefined {
  const origin = typeof referer === 'string' && URL.canParse(referer) ? new URL(referer).origin : undefined
  return isOrigin(origin) ? origin : undefined
}

const name = 'Content-Security-Policy'

/** There may be several policies, which all hold: in lines of their own, or with commas between them. */
function setPolicy(res: ServerResponse, allowed: string | undefined): void {
  const policies = [res.getHeader(name) ?? []]
    .flat()
    .flatMap((line) => String(line).split(','))
    .map(withoutAncestors)
    .filter((policy) => policy !== '')
  if (allowed !== undefined) {
    const [first, ...others] = policies
    const own = `frame-ancestors ${allowed}`
    res.setHeader(name, [first === undefined ? own : `${first}; ${own}`, ...others].join(', '))
  } else if (policies.length > 0) res.setHeader(name, policies.join(', '))
  else res.removeHeader(name)
}

function withoutAncestors(policy: string): string {
  const directives = policy.split(';').map((directive) => directive.trim())
  return directives.filter((one) => one !== '' && !/^frame-ancestors(?:\s|$)/i.test(one)).join('; ')
}
