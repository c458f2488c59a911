import type { Duplex } from 'node:stream'
import { AuthenticationError } from '../errors.js'
import { headerNamed, isHeaders } from '../http/request-headers.js'
import { hasMethod } from '../options/kinds.js'
import { socketTokenProtocol } from '../protocol.js'
import type { RequestLike } from '../types.js'
import { headerCredentials, malformed } from '../verify/credentials.js'
import { mistakeIn } from '../verify/mistaken-token.js'
import { problemOf } from './problem-answer.js'

/** What a request to open a WebSocket carries. */
export interface UpgradeCredentials {
  /** A project token, or a session. Nothing of it is checked yet. */
  readonly token: string
  /** The Origin header: the page that opens the socket. */
  readonly origin: string | undefined
}

/**
 * Takes the one token out of a request to open a WebSocket, for `verifier.verify(token, { origin })` of projects or of sessions.
 * A page cannot set headers there, so it offers the token as its last subprotocol, as `openSocket` of `reverse-jwt/browser` does.
 *
 *     GET /live HTTP/1.1
 *     Upgrade: websocket
 *     Origin: https://shop.example
 *     Sec-WebSocket-Protocol: reverse-jwt, reverse-jwt.token.eyJ...
 *
 * **Takes**: `request.headers['sec-websocket-protocol']` has only the other subprotocols from here on, or is gone, so whoever
 * answers cannot choose the token and send it back; `ws` chooses the first one that is offered. Call it once a request. `Headers` and
 * `rawHeaders` stay as they are: with `Headers`, choose the subprotocol yourself.
 *
 * From here on, an error of `request.socket` no longer ends the process: its client may go while the token is verified, when nobody
 * else listens. Where you wait for something before this call, listen yourself.
 *
 * No such subprotocol: `credentials_missing`. Two, one without a token, a token in the address (`access_token`) or in
 * Authorization as well, two Origin headers: `request_malformed`. Does not look into the token, nor at what else a WebSocket
 * needs. What it throws is no event of a verifier. Throws a TypeError for what is no request. RFC 6455 sections 1.9 and 4.2.
 *
 * @example
 * import { createServer, type IncomingMessage } from 'node:http'
 * import { createVerifier, refuseUpgrade, socketCredentials } from 'reverse-jwt'
 * import { WebSocketServer } from 'ws'
 *
 * const verifier = createVerifier({ audience: 'https://platform.example', keyStore, replayStore })
 * const sockets = new WebSocketServer({ noServer: true, maxPayload: 65_536 })
 * const server = createServer(app)
 *
 * async function admit(request: IncomingMessage) {
 *   const { token, origin } = socketCredentials(request)
 *   return verifier.verify(token, { origin, scope: 'portal:read' })
 * }
 *
 * server.on('upgrade', (request, socket, head) => {
 *   if (request.url !== '/live') return socket.destroy()
 *   admit(request).then(
 *     ({ project }) => sockets.handleUpgrade(request, socket, head, (opened) => opened.send(`Hello, ${project.id}`)),
 *     (error) => refuseUpgrade(socket, error),
 *   )
 * })
 */
export function socketCredentials(request: RequestLike): UpgradeCredentials {
  requireRequest(request)
  surviveErrorsOf(request.socket)
  const tokens = takeTokens(request.headers)
  const { token: inHeader, origin } = headerCredentials(request)
  const [token] = tokens
  if (token === undefined) {
    const description = `The request has no project token. Offer it as a WebSocket subprotocol, ${socketTokenProtocol} and the token.`
    throw new AuthenticationError('credentials_missing', { description })
  }
  if (tokens.length > 1) throw malformed('There is more than one token among the subprotocols.')
  if (inHeader !== undefined) throw malformed('There is a token in the header and among the subprotocols.')
  const mistake =
    token === '' ? `The subprotocol ${socketTokenProtocol} must be followed by one token.` : mistakeIn(token)
  if (mistake !== undefined) throw malformed(mistake)
  return { token, origin }
}

function requireRequest(request: unknown): void {
  const { headers } = (request ?? {}) as { headers?: unknown }
  if (typeof headers === 'object' && headers !== null) return
  throw new TypeError("socketCredentials: request must have headers; give what the event 'upgrade' has")
}

/** Node has removed its own listeners from a socket that is to be upgraded, and an error without a listener ends the process. */
function surviveErrorsOf(socket: unknown): void {
  if (hasMethod(socket, 'on')) (socket as Duplex).on('error', ignore)
}

/** An error has closed the socket already. */
function ignore(): void {}

/** The tokens among the subprotocols, which then hold none. Node joins several such headers. */
function takeTokens(headers: RequestLike['headers']): string[] {
  const lines: unknown[] = [headerNamed(headers, 'sec-websocket-protocol')].flat()
  const offered = lines
    .flatMap((line) => (typeof line === 'string' ? line.split(',') : []))
    .map((protocol) => protocol.trim())
  // In another spelling, too: what is not taken may be sent back.
  const isToken = (protocol: string) => protocol.toLowerCase().startsWith(socketTokenProtocol)
  const others = offered.filter((protocol) => !isToken(protocol))
  if (others.length < offered.length && !isHeaders(headers)) keepProtocols(headers, others)
  return offered.filter(isToken).map((protocol) => protocol.slice(socketTokenProtocol.length))
}

function keepProtocols(headers: { 'sec-websocket-protocol'?: unknown }, protocols: readonly string[]): void {
  if (protocols.length === 0) delete headers['sec-websocket-protocol']
  else headers['sec-websocket-protocol'] = protocols.join(', ')
}

/** RFC 9110 section 15. Not from `node:http`, so that a bundle of the verifier for another server needs none of it. */
const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** Milliseconds in which a client can take a refusal, then its socket is closed. */
const maxAnswerMs = 5_000

/**
 * Answers a request to open a WebSocket with a refusal or an outage, as `problemDetails()` does, and closes the socket.
 *
 *     HTTP/1.1 401 Unauthorized
 *     Cache-Control: no-store
 *     WWW-Authenticate: Bearer realm="reverse-jwt", error="invalid_token", error_description="The token has expired. ..."
 *     Content-Type: application/problem+json
 *     Content-Length: 413
 *     Connection: close
 *
 *     { "type": "https://unpkg.com/reverse-jwt/docs/errors/token_expired.md", "title": "Token expired", "status": 401, ... }
 *
 * A page sees none of it: browsers tell it close code 1006 and nothing else. Programs and proxies do.
 *
 * An error that is not of this package goes to `console.error` and is answered 500 without a body. Where you have a log of your own,
 * ask `problemOf(error)` first: it is undefined for these.
 *
 * The socket is closed as soon as the answer is sent, or after 5 seconds, whatever the client does. Errors of the socket are
 * ignored, and a socket that is closed already is left alone. Throws nothing of its own. RFC 6455 section 4.2.2, RFC 9457.
 *
 * @example
 * server.on('upgrade', (request, socket) => {
 *   refuseUpgrade(socket, new AuthenticationError('credentials_missing'))
 * })
 */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const problem = problemOf(error)
  const { status, headers } = problem ?? { status: 500, headers: { 'Cache-Control': 'no-store' } }
  const body = problem === undefined ? '' : JSON.stringify(problem.body)
  const all = { ...headers, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${status} ${reasonPhrases[status] ?? ''}`, ...lines]

  const close = () => {
    socket.destroy()
  }
  // A client that reads nothing would keep it open.
  const limit = setTimeout(close, maxAnswerMs).unref()
  socket.once('close', () => {
    clearTimeout(limit)
  })
  socket.on('error', ignore)
  // Its other half may stay open for as long as the client likes.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, close)
  if (problem === undefined) console.error(error)
}
