/** What your own way to a token is told. */
export interface TokenRequest {
  readonly scope: string | undefined
  /** Aborts when the caller does, when the time is up, and when you have answered. */
  readonly signal: AbortSignal
}

/** A token; in a portal with the origin of the page that gave it, which needs `session`. */
export type GivenToken = string | { readonly token: string; readonly embedder?: string }

/** What a client tells of itself. */
export type ProjectClientEvent =
  /** A call is sent again, with a new token. `code` is that of the first answer. */
  | { readonly type: 'retry'; readonly code: string }
  /** The clock of your backend is off: so many seconds ahead of the platform's, or behind where it is negative. */
  | { readonly type: 'skew'; readonly seconds: number }
  /** There is a new session, which lives for so many seconds. */
  | { readonly type: 'session'; readonly expiresIn: number }

export interface ProjectSessionOptions {
  /** Where the platform gives sessions for tokens. Default `/oauth/token`. */
  readonly path?: string
  /** Seconds before its end from which on a session is renewed, at half of its lifetime at the earliest. Default 30. */
  readonly renewBefore?: number
  /** Other services of the platform, `https://orders.example`: origins that get the session too, and never a token. Default: none. */
  readonly services?: readonly string[]
}

export interface ProjectClientOptions {
  /** The platform's origin, `https://platform.example`, without a path. The only one that ever gets a token. */
  readonly platform: string | URL
  /** Where your backend gives out tokens: `/token`. `tokenEndpoint` of `reverse-jwt/customer` is made for it. */
  readonly tokenUrl?: string | URL
  /**
   * Your own way to a new token, in the place of `tokenUrl`. In a page that `openPortal` opened it is `receiveToken`, whose `embedder` goes
   * with the token into the exchange.
   */
  readonly getToken?: (request: TokenRequest) => GivenToken | Promise<GivenToken>
  /** What the tokens are to be for, names with one space between. Default: what your backend grants. */
  readonly scope?: string
  /**
   * Calls carry a session, for which one token is exchanged, in the place of a token each. A call waits for the exchange when the
   * session is about to end. Default: none.
   */
  readonly session?: boolean | ProjectSessionOptions
  /** Milliseconds within which there must be a token, and the session for it. Default 10,000. The call itself has the `signal` that you give it. */
  readonly timeoutMs?: number
  /** Told of retries, of sessions and of clocks that are off. */
  readonly onEvent?: (event: ProjectClientEvent) => unknown
}

type Rules = Readonly<Record<string, (value: unknown) => boolean>>

const isFunction = (value: unknown) => typeof value === 'function'

const originForm = /^https?:\/\/[^/?#]+\/?$/i

const rules: Rules = {
  platform: (value) => originForm.test(value as string),
  tokenUrl: Boolean,
  getToken: isFunction,
  scope: (value) => typeof value === 'string',
  session: (value) => /boolean|object/.test(typeof value),
  timeoutMs: (value) => (value as number) > 0 && (value as number) < 2 ** 31,
  onEvent: isFunction,
}

const sessionRules: Rules = {
  // On the platform, and not `//elsewhere.example`.
  path: (value) => /^\/[\w.]/.test(value as string),
  renewBefore: (value) => (value as number) >= 0,
  services: (value) =>
    Array.isArray(value) && value.every((one: string) => originForm.test(one) && new URL(one).origin === one),
}

/** By hand, because the kit of the other entry points takes as much as the whole client. Throws a TypeError. */
export function checkOptions(options: ProjectClientOptions, session: ProjectSessionOptions): void {
  check({ ...{ platform: '' }, ...options }, rules)
  check(session, sessionRules)
  if (!options.tokenUrl === !options.getToken) throw wrong('give tokenUrl or getToken')
}

function check(options: object, rules: Rules): void {
  for (const [name, value] of Object.entries(options))
    if (!rules[name]?.(value))
      throw wrong(
        `cannot take ${name}: ${String(value)}${name === 'platform' ? ', only http(s)://host:port' : ''}`,
      )
}

function wrong(what: string): TypeError {
  return new TypeError(`createProjectClient: ${what}`)
}
