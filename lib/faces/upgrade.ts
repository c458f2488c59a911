import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { headerNamed } from '../http/request-headers.js'
import type { RequestLike } from '../types.js'
import { hasTokenInQuery, malformed, originOf } from '../verify/credentials.js'
import { AuthenticationError } from '../errors.js'
import { problemOf } from './problem-details.js'

/** What an upgrade brings: what `verify` of a verifier takes, of project tokens or of sessions. */
export interface SocketCredentials {
  readonly token: string
  /** The Origin header. A browser sends it with every WebSocket. */
  readonly origin: string | undefined
}

const header = 'sec-websocket-protocol'
const tokenProtocol = /^reverse-jwt\.token\.(.*)$/i

/**
 * Takes the token out of the request for a WebSocket, where `openSocket` of `reverse-jwt/browser` puts it: one of the subprotocols, since
 * a page can set no header, and since an address is kept in logs.
 *
 *     GET /live HTTP/1.1
 *     Origin: https://shop.example
 *     Sec-WebSocket-Protocol: reverse-jwt, reverse-jwt.token.eyJ...
 *
 * Afterwards `request.headers` has the other subprotocols alone, so no server answers with the token; and an error of `request.socket`,
 * which a server of `node:http` leaves to its listener, does not end the process while you verify.
 *
 * Does not verify anything: give what it returns to `verify`. Throws an `AuthenticationError`: `credentials_missing` without a token;
 * `request_malformed` for two, for one in the address or in Authorization beside it, and for two Origins. RFC 6455 section 1.9.
 *
 * @example
 * server.on('upgrade', async (request, socket, head) => {
 *   try {
 *     const { token, origin } = socketCredentials(request)
 *     const { project } = await verifier.verify(token, { origin })
 *     sockets.handleUpgrade(request, socket, head, (live) => live.send(`Hello ${project.id}`))
 *   } catch (error) {
 *     refuseUpgrade(socket, error)
 *   }
 * })
 */
export function socketCredentials(request: RequestLike & { readonly socket?: Duplex }): SocketCredentials {
  request.socket?.on('error', ignore)
  const { tokens, others } = protocolsOf(request)
  leave(request, others)
  const origin = originOf(request)
  if (hasTokenInQuery(request))
    throw malformed('A token must not be in the URL, where logs and histories keep it.')
  const [token, second] = tokens
  if (token === undefined) throw new AuthenticationError('credentials_missing')
  if (second !== undefined) throw malformed('There is more than one token among the subprotocols.')
  if (token === '') throw malformed('The subprotocol reverse-jwt.token. must end in the token.')
  if (headerNamed(request.headers, 'authorization') !== undefined)
    throw malformed('There is a token among the subprotocols, and an Authorization header.')
  return { token, origin }
}

/** The header may come more than once: `node:http` joins its values. */
function protocolsOf({ headers }: RequestLike): { tokens: string[]; others: string[] } {
  const given = headerNamed(headers, header) as string | readonly string[] | undefined
  const protocols = [given ?? []].flat().flatMap((line) => line.split(',').map((one) => one.trim()))
  return {
    tokens: protocols.flatMap((protocol) => tokenProtocol.exec(protocol)?.[1] ?? []),
    others: protocols.filter((protocol) => protocol !== '' && !tokenProtocol.test(protocol)),
  }
}

/** A server answers with one of the subprotocols that it finds here, often with the first. */
function leave({ headers }: RequestLike, protocols: readonly string[]): void {
  // Those of the Fetch standard cannot be changed, and who serves with them chooses the subprotocol.
  if (!Object.hasOwn(headers, header)) return
  const own = headers as Record<string, string>
  if (protocols.length > 0) own[header] = protocols.join(', ')
  else Reflect.deleteProperty(own, header)
}

/**
 * Answers a request for a WebSocket with the problem that an error is, as `problemDetails()` does, and hangs up.
 *
 *     HTTP/1.1 401 Unauthorized
 *     Connection: close
 *     WWW-Authenticate: Bearer realm="reverse-jwt", error="invalid_token", error_description="The token has expired. ..."
 *     Content-Type: application/problem+json
 *
 *     { "type": "https://unpkg.com/reverse-jwt/docs/errors/token_expired.md", "code": "token_expired", ... }
 *
 * An error that is not of this package goes to `console.error`, and is answered with an empty 500. A page learns nothing of all that: its
 * socket closes with 1006. Throws nothing, also for a socket that is gone. RFC 6455 section 4.2.2.
 *
 * @example
 * refuseUpgrade(socket, error)
 */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  // Whoever has hung up meanwhile does not end the process.
  socket.on('error', ignore)
  const problem = problemOf(error)
  if (problem === undefined) console.error(error)
  const { status, headers, body } = problem ?? { status: 500, headers: {}, body: undefined }
  const text = body === undefined ? '' : JSON.stringify(body)
  const all = { Connection: 'close', 'Content-Length': Buffer.byteLength(text), ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  // A client that does not hang up itself would keep the connection.
  socket.once('finish', () => socket.destroy())
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', text].join('\r\n'))
}

function ignore(): void {}
