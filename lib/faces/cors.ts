import { emit } from '../events/listeners.js'
import { knownOrigins } from '../http/known-origin.js'
import { headerNamed } from '../http/request-headers.js'
import { varyBy } from '../http/vary.js'
import { callback, seconds } from '../options/kinds.js'
import { optionsReader, type Option, type OptionsOf } from '../options/options.js'
import { isOrigin } from '../protocol.js'
import type { NextFunction, OriginSource, RequestLike, ResponseLike } from '../types.js'
import { warnOnce } from '../warnings.js'
import { isPreflight } from './preflight.js'

/** A list that is given stands in the place of the default one. */
export interface CorsOptions {
  /** What pages may do. Default GET, HEAD, POST, PUT, PATCH, DELETE. */
  readonly methods?: readonly string[]
  /** What pages may send. Default Authorization, Content-Type, DPoP. Without Authorization no page can send its token in a header. */
  readonly allowedHeaders?: readonly string[]
  /** What pages may read of an answer. Default WWW-Authenticate, Retry-After, DPoP-Nonce. */
  readonly exposedHeaders?: readonly string[]
  /** Seconds for which a browser may keep the answer to a preflight. Default 7,200, the longest that Chromium keeps one; at most 86,400. */
  readonly maxAge?: number
  /**
   * Told of each preflight of a page that is not let in: its Origin, such as `https://www.shop.example`, or `null` for a sandboxed
   * frame, for the log. Strangers can send as many as they like. Without it a warning is printed, once a process.
   */
  readonly onUnknownOrigin?: (origin: string) => unknown
}

/** A token of RFC 9110 section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/

/** Browsers compare methods letter by letter, and write theirs in capitals. */
const methods = listOf({
  fits: (entry) => token.test(entry) && entry === entry.toUpperCase(),
  what: "methods in capital letters, such as ['GET', 'POST']",
  default: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
})

const headerNames = (names: readonly string[]) =>
  listOf({
    fits: (entry) => token.test(entry),
    what: "names of headers, such as ['Retry-After']",
    default: names,
  })

const readOptions = optionsReader('corsFor', {
  methods,
  allowedHeaders: headerNames(['Authorization', 'Content-Type', 'DPoP']),
  exposedHeaders: headerNames(['WWW-Authenticate', 'Retry-After', 'DPoP-Nonce']),
  maxAge: seconds({ default: 7_200, min: 0, max: 86_400 }),
  onUnknownOrigin: callback<NonNullable<CorsOptions['onUnknownOrigin']>>('that takes an origin'),
} satisfies OptionsOf<CorsOptions>)

/**
 * Express middleware that lets pages of these origins call, and read the answers, refusals included. Mount it before what
 * authenticates.
 *
 *     OPTIONS /embed/portal HTTP/1.1                  HTTP/1.1 204 No Content
 *     Origin: https://shop.example                    Access-Control-Allow-Origin: https://shop.example
 *     Access-Control-Request-Method: POST             Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE
 *     Access-Control-Request-Headers: authorization   Access-Control-Allow-Headers: Authorization, Content-Type, DPoP
 *                                                     Access-Control-Max-Age: 7200
 *                                                     Vary: Origin
 *
 * Any other request goes on, with `Access-Control-Allow-Origin` and `Access-Control-Expose-Headers` on its answer where its Origin
 * is known. A request of an unknown origin goes on, too, without these headers: its page cannot read the answer. Every preflight
 * (`OPTIONS` with `Access-Control-Request-Method`) ends here. Each answer gets `Vary: Origin`, so that no cache gives it to another
 * origin. A preflight of an unknown origin goes to `onUnknownOrigin`: the browser says only "CORS error", and its call never comes.
 *
 * Checks that `origins.has` returns true for the text of the Origin header. Never answers `*` nor `null`, and never allows
 * credentials such as cookies. Does not check whether this project may call from this origin: the verifier does.
 *
 * What `origins.has` throws goes to `next`, and so does a TypeError when it returns anything but true or false, a promise for
 * example. Throws a TypeError for a wrong option. Works with Express 4 and 5, Connect and `node:http`. Fetch standard, section 3.2.
 *
 * @example
 * const onUnknownOrigin = (origin: string) => console.warn(`this page cannot call: ${origin}`)
 * app.use('/embed', corsFor(new Set(['https://shop.example']), { onUnknownOrigin }))
 * app.use('/embed', reverseJwt({ audience: 'https://platform.example', keyStore, replayStore }))
 */
export function corsFor(
  origins: OriginSource,
  options: CorsOptions = {},
): (req: RequestLike, res: ResponseLike, next: NextFunction) => void {
  const isKnown = knownOrigins('corsFor', origins)
  const { methods, allowedHeaders, exposedHeaders, maxAge, onUnknownOrigin } = readOptions(options)
  const ofPreflight = written({
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers': allowedHeaders.join(', '),
    'Access-Control-Max-Age': String(Math.floor(maxAge)),
  })
  const ofOthers = written({ 'Access-Control-Expose-Headers': exposedHeaders.join(', ') })

  return function corsFor(req, res, next) {
    const isAsked = isPreflight(req)
    try {
      varyBy(res, 'Origin')
      const origin = headerNamed(req.headers, 'origin')
      // `null` stands for any sandboxed frame anywhere. It, `*` and an empty header name no page.
      if (typeof origin === 'string' && origin.includes('://') && isKnown(origin)) {
        res.setHeader('Access-Control-Allow-Origin', origin)
        for (const [name, value] of isAsked ? ofPreflight : ofOthers) res.setHeader(name, value)
      } else if (isAsked && typeof origin === 'string') tellOf(origin, onUnknownOrigin)
    } catch (error) {
      // Express takes a falsy error for none.
      next(error || new Error('corsFor: origins.has threw nothing'))
      return
    }
    if (!isAsked) {
      next()
      return
    }
    res.statusCode = 204
    // Some browsers wait for a body without it.
    res.setHeader('Content-Length', '0')
    res.end()
  }
}

/** Of a preflight alone: only a page of another origin sends one, and the call that it asks for will not come. */
function tellOf(origin: string, onUnknownOrigin: CorsOptions['onUnknownOrigin']): void {
  if (onUnknownOrigin === undefined) warnOnce('REVERSE_JWT_UNKNOWN_ORIGIN')
  // Nothing else comes from a browser, and what is no origin shall not get into a log.
  else if (origin === 'null' || isOrigin(origin)) emit([onUnknownOrigin], origin)
}

/** The headers that say something. */
function written(headers: Readonly<Record<string, string>>): (readonly [name: string, value: string])[] {
  return Object.entries(headers).filter(([, value]) => value !== '')
}

function listOf(form: {
  readonly fits: (entry: string) => boolean
  readonly what: string
  readonly default: readonly string[]
}): Option<readonly string[]> {
  return (given, wrong) => {
    if (given === undefined) return form.default
    // A copy: a place without a value is no name, and what becomes of the list later is not checked.
    const list: unknown[] = Array.isArray(given) ? Array.from(given) : [undefined]
    if (list.includes('*'))
      throw wrong('has *, which does not stand for Authorization in browsers; name each')
    if (list.every((entry) => typeof entry === 'string' && form.fits(entry))) return list as string[]
    throw wrong(`must be a list of ${form.what}`)
  }
}
