import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBodyBytes } from '../../http/body-bytes.js'
import { minter } from './mint.js'
import type { TokenEndpointOptions } from './options.js'
import type { TokenAnswer } from './answer.js'

/**
 * A request with what Express, Passport and the usual middleware add: for who does not say which type theirs has. With a type of
 * your own, `authorize: (req: Request) => ...`.
 */
export interface AppRequest extends IncomingMessage {
  readonly ip?: string | undefined
  readonly hostname?: string | undefined
  /* eslint-disable @typescript-eslint/no-explicit-any -- they are what the app makes them. */
  readonly user?: any
  readonly session?: any
  readonly cookies?: any
  /* eslint-enable @typescript-eslint/no-explicit-any */
}

/** A handler of Express 4 and 5, Connect and `node:http`. */
export type TokenHandler<R extends IncomingMessage> = (
  req: R,
  res: ServerResponse,
  next?: (error?: unknown) => unknown,
) => void

/**
 * The route of your backend that gives your pages tokens: it checks which page asks, lets you decide, and signs.
 *
 *     POST /token HTTP/1.1                             HTTP/1.1 200 OK
 *     Origin: https://shop.example                     Content-Type: application/json
 *     Sec-Fetch-Site: same-origin                      Cache-Control: no-store
 *     Content-Type: application/json                   Cross-Origin-Resource-Policy: same-origin
 *
 *     {"scope":"portal:read"}                          {"token":"eyJ..."}
 *
 * The body is `{}`, or names the scopes that the page wishes for; what is signed is what was both wished and granted. A refusal is
 * RFC 9457 problem details with `code` and `retry`, and never has a CORS header. In this order:
 *
 *     405 method_not_allowed         not POST
 *     403 foreign_origin             the page is not one of yours
 *     415 content_type_unsupported   not application/json
 *     400 request_malformed          not a JSON object of at most 4096 bytes with nothing but scope
 *     401 no_session                 authorize returned nothing
 *     403 token_denied               authorize returned false, or the wish and the grant have no scope in common
 *     429 rate_limited               the subject had its tokens of this minute; Retry-After: 60
 *
 * Checks which page asks, and that you have decided. Does not check the session (`authorize` does), does not know persons, does not
 * stop script on your own page, and does not count across processes (`limit` can). What `authorize`, `limit` or the signer throws
 * goes to `next(error)`, without `next` to console.error with an empty 500, and there is no token.
 *
 * Throws a TypeError for a wrong option. The body may have been parsed before, if it is in `req.body`. RFC 9457; for the check of
 * the page, https://www.w3.org/TR/fetch-metadata/.
 *
 * @example
 * app.post('/token', tokenEndpoint({ signer, authorize: (req) => req.user && { subject: req.user.id, scope: 'portal:read' } }))
 */
export function tokenEndpoint<R extends IncomingMessage = AppRequest>(
  options: TokenEndpointOptions<R>,
): TokenHandler<R> {
  const answer = minter('tokenEndpoint', options)

  return function tokenEndpoint(req, res, next) {
    const { method, headers } = req
    // HTTP/2 has :authority in the place of Host. RFC 9113 section 8.3.1.
    const host = headers.host ?? (headers[':authority'] as string | undefined)
    const readBody = (maxBytes: number, failed: () => Error) => readBodyBytes(req, maxBytes, failed)
    answer({ request: req, method, headers, host, readBody })
      .then(
        (answer) => {
          send(res, answer)
        },
        (error: unknown) => {
          fail(res, error || new Error('authorize, limit or the signer threw nothing'), next)
        },
      )
      .catch((defect: unknown) => {
        console.error(defect)
      })
  }
}

function send(res: ServerResponse, { status, headers, body }: TokenAnswer): void {
  // A timeout may have answered meanwhile.
  if (res.headersSent) return
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end(body)
}

function fail(res: ServerResponse, error: unknown, next: ((error: unknown) => unknown) | undefined): void {
  if (next !== undefined) {
    next(error)
    return
  }
  console.error(error)
  send(res, { status: 500, headers: { 'Cache-Control': 'no-store' }, body: '' })
}
