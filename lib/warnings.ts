import type { RequestLike } from './types.js'

/**
 * Mistakes of the set-up that no single request can be blamed for. The codes are stable;
 * `node --disable-warning=CODE` silences one.
 */
const texts = {
  REVERSE_JWT_NO_TLS:
    'A request came without TLS, so its token could be read on the way. Behind a proxy that ends TLS, set app.set("trust proxy", ...) so that req.secure is right.',
  REVERSE_JWT_MEMORY_STORE_IN_CLUSTER:
    'MemoryReplayStore runs in a cluster worker. Each worker has its own, so a token works once in each of them. Use a replay store that all workers share.',
  REVERSE_JWT_NO_CORS:
    'A CORS preflight came to a protected route without Access-Control-Allow-Origin set, so the browser blocks the call and shows only "CORS error". Mount CORS before the route is protected.',
  REVERSE_JWT_UNKNOWN_ORIGIN:
    'A page asked to call whose origin is not in the list of corsFor, so the browser blocks the call and shows only "CORS error". List the origin if it is a customer\'s; the option onUnknownOrigin of corsFor says which one it is.',
  REVERSE_JWT_BUILT_IN_A_REQUEST:
    'A verifier was made inside a request handler. Make it once, at start-up: a replay store that is made for each request remembers nothing.',
  REVERSE_JWT_SESSION_LEFT_ON:
    'passport.authenticate("reverse-jwt") keeps the project in a session, so that later requests need no token. Pass { session: false }, unless that is what you want.',
  REVERSE_JWT_BODY_NOT_PARSED:
    'tokenFrom includes "body", but a form arrived with req.body unset. Mount express.urlencoded({ extended: false }) before.',
  REVERSE_JWT_TOKENS_NOT_LIMITED:
    'authorize granted a token without a subject, so nothing limits how many tokens one visitor gets. Return { subject }: the id of your user, or the address of the caller where nobody logs in.',
  REVERSE_JWT_LISTENER_FAILED:
    'A listener (onEvent, onError, onUnknownOrigin) threw. The request goes on; what it was told is lost.',
  REVERSE_JWT_EVENTS_DROPPED:
    'recordEvents has dropped events: the database does not take them as fast as they come, or refuses them. Requests go on; `dropped` says how many are lost, and ready() what is in the way.',
  REVERSE_JWT_PRIVATE_ADDRESSES_ALLOWED:
    'allowAddress is set, so a customer who writes the address of a key set can make this process connect to what it allows. Leave it out in production, or let it allow single addresses.',
} as const

const documentation = 'https://unpkg.com/reverse-jwt/docs/warnings.md'
const emitted = new Set<string>()

/** Prints a warning once a process. Never holds anything out of a request. */
export function warnOnce(code: keyof typeof texts): void {
  if (emitted.has(code)) return
  emitted.add(code)
  const text = `${texts[code]} See ${documentation}#${code.toLowerCase()}`
  // At the edge there may be no process, or none that warns.
  const { process } = globalThis as { process?: Partial<NodeJS.Process> }
  if (process?.emitWarning !== undefined) process.emitWarning(text, { type: 'ReverseJwtWarning', code })
  else console.warn(`[${code}] ${text}`)
}

/** A token that came in the clear can be read on its way; loopback is no way. */
export function warnWithoutTls(request: RequestLike): void {
  const address = request.socket?.remoteAddress ?? '::1'
  // Express finds out `secure` when it is asked, so it is asked last.
  if (!loopback.test(address) && request.secure === false) warnOnce('REVERSE_JWT_NO_TLS')
}

const loopback = /^(?:::ffff:)?127\.|^::1$/

/** The files in which Express 4 and 5 call a handler. */
const routerFrame = /[\\/](?:lib[\\/]router|router[\\/]lib)[\\/]layer\.js/

/** Sees what is built while a handler runs. Not what is built after the handler has waited for something. */
export function warnInsideRequest(): void {
  const limit = Error.stackTraceLimit
  Reflect.set(Error, 'stackTraceLimit', 50)
  const { stack = '' } = new Error()
  Reflect.set(Error, 'stackTraceLimit', limit)
  if (routerFrame.test(stack)) warnOnce('REVERSE_JWT_BUILT_IN_A_REQUEST')
}
