import { beforeHeaders, type HeaderResponse } from '../http/before-headers.js'
import { withFrameAncestors } from '../http/frame-ancestors.js'
import { countOfHeader, headerNamed } from '../http/request-headers.js'
import { isSecureAddress } from '../http/secure-address.js'
import { varyBy } from '../http/vary.js'
import { hasMethod } from '../options/kinds.js'
import { argumentReader, optionsReader, type Option, type OptionsOf } from '../options/options.js'
import { isOrigin, parseUrl } from '../protocol.js'
import type { NextFunction, OriginSource, RequestLike } from '../types.js'
import { isKnown, originSource } from './origin-source.js'

export interface FramedByOptions {
  /**
   * Origins of frames around the frame of the customer's page, such as a suite that the customer's page is part of. They stand in
   * each answer to a page that is known. Serialized origins; https, or http on this machine. Default none.
   */
  readonly ancestors?: readonly string[]
}

const ancestors: Option<readonly string[]> = (given, wrong) => {
  if (given === undefined) return []
  // A copy: what becomes of the list later is not checked.
  const list: unknown[] = Array.isArray(given) ? Array.from(given) : [undefined]
  if (list.every((entry) => isOrigin(entry) && isSecureAddress(new URL(entry)))) return list as string[]
  throw wrong(
    "must be a list of origins as browsers write them, such as ['https://suite.example']; http only on this machine",
  )
}

const readOptions = optionsReader('framedBy', { ancestors } satisfies OptionsOf<FramedByOptions>)

const readOrigins = argumentReader<OriginSource>('framedBy', 'origins', (given, wrong) => {
  const source = originSource(given, wrong)
  // Its `has` is true for any origin, as soon as one project has no allowedOrigins.
  if (hasMethod((source as { readonly framing?: unknown }).framing, 'has'))
    throw wrong('may have origins that no project lists; give its framing: framedBy(origins.framing)')
  return source
})

/**
 * Express middleware that lets a page of the platform be framed by the page that opens it, where its origin is known, and by no
 * other.
 *
 *     GET /portal HTTP/1.1                     HTTP/1.1 200 OK
 *     Referer: https://shop.example/           Content-Security-Policy: default-src 'self'; frame-ancestors https://shop.example
 *     Sec-Fetch-Site: cross-site               Cross-Origin-Opener-Policy: unsafe-none
 *                                              Vary: Referer, Sec-Fetch-Site
 *
 * | request                                                                         | `frame-ancestors`                         |
 * | ------------------------------------------------------------------------------- | ----------------------------------------- |
 * | `Sec-Fetch-Site: same-origin`: a reload, a link or a form within the frame      | none: who framed the first page frames it |
 * | `origins.has` is true for the origin of the Referer                             | this origin, and `ancestors` after it     |
 * | any other: no Referer, two, or one that is no address of http or https          | `'none'`                                  |
 *
 * The headers are changed when they are written, so it works before and behind helmet, and with `res.writeHead(status, headers)`:
 * `frame-ancestors` of others go, and all other directives of Content-Security-Policy stay; X-Frame-Options goes;
 * Cross-Origin-Opener-Policy becomes `unsafe-none`, so that the page can also be opened as a popup. Mounted twice on one request, the
 * first one decides.
 *
 * Checks who is named. Does not check who frames: the browser does, against the real ancestors, so a made-up Referer gains nothing.
 * Every page of the platform that can be framed must stand behind it, because pages of one origin reach each other. Names no
 * origin but that of the Referer and `ancestors`, so no answer holds the list of customers. Does not set Cache-Control: a shared
 * cache that ignores Vary must not keep these pages.
 *
 * The frame must send a Referer: `referrerpolicy="origin"` on the iframe, whatever the policy of its page.
 *
 * What `origins.has` throws goes to `next`, and so does a TypeError when it returns anything but true or false; the answer then has
 * `'none'`. Throws a TypeError for a wrong option, and for an `AllowedOrigins` itself, whose `framing` is meant. Works with Express
 * 4 and 5, Connect and `node:http`. CSP level 3, section 6.4.2; Fetch Metadata, section 2.3.
 *
 * @example
 * app.use('/portal', framedBy(new Set(['https://shop.example'])))
 */
export function framedBy(
  origins: OriginSource,
  options: FramedByOptions = {},
): (req: RequestLike, res: HeaderResponse, next: NextFunction) => void {
  const source = readOrigins(origins)
  const { ancestors } = readOptions(options)

  return function framedBy(req, res, next) {
    // Until the source has answered, and where it fails.
    let sources: string | undefined = "'none'"
    beforeHeaders(res, () => {
      const policy = withFrameAncestors(res.getHeader('Content-Security-Policy'), sources)
      // Also where it is empty: a 304 without it would leave the one in the browser's cache as it was.
      res.setHeader('Content-Security-Policy', policy)
      res.removeHeader('X-Frame-Options')
      res.setHeader('Cross-Origin-Opener-Policy', 'unsafe-none')
      varyBy(res, 'Referer', 'Sec-Fetch-Site')
    })
    try {
      const origin = framingOrigin(req)
      if (headerNamed(req.headers, 'sec-fetch-site') === 'same-origin') sources = undefined
      else if (isKnown('framedBy', source, origin)) sources = [origin, ...ancestors].join(' ')
    } catch (error) {
      // Express takes a falsy error for none.
      next(error || new Error('framedBy: origins.has threw nothing'))
      return
    }
    next()
  }
}

/** What a Referer says of where it comes from: an origin without anything that would end a directive. */
function framingOrigin({ headers, rawHeaders }: RequestLike): string | undefined {
  const referer = headerNamed(headers, 'referer')
  // Two that were joined have a space.
  if (countOfHeader(rawHeaders, 'referer') > 1 || typeof referer !== 'string' || /\s/.test(referer))
    return undefined
  const origin = /^https?:\/\//i.test(referer) ? parseUrl(referer)?.origin : undefined
  return isOrigin(origin) ? origin : undefined
}
