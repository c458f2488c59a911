/** What your own way to a token is told. */
export interface TokenRequest {
  readonly scope: string | undefined
  /** Aborts when the caller does, and when the time is up. */
  readonly signal: AbortSignal
}

/** What a client tells of itself. */
export type ProjectClientEvent =
  /** A call is sent again, with a new token. `code` is that of the first answer. */
  | { readonly type: 'retry'; readonly code: string }
  /** The clock of your backend is off: so many seconds ahead of the platform's, or behind where it is negative. */
  | { readonly type: 'skew'; readonly seconds: number }

export interface ProjectClientOptions {
  /** The platform's address: `https://platform.example`. Its origin is the only one that ever gets a token. */
  readonly platform: string | URL
  /** Where your backend gives out tokens: `/token`. `tokenEndpoint` of `reverse-jwt/customer` is made for it. */
  readonly tokenUrl?: string | URL
  /** Your own way to a new token, in the place of `tokenUrl`. */
  readonly getToken?: (request: TokenRequest) => string | Promise<string>
  /** What the tokens are to be for, names with one space between. Default: what your backend grants. */
  readonly scope?: string
  /** Milliseconds within which there must be a token. Default 10,000. The call itself has the `signal` that you give it. */
  readonly timeoutMs?: number
  /** Told of retries and of clocks that are off. */
  readonly onEvent?: (event: ProjectClientEvent) => unknown
}

const kinds: Readonly<Record<string, string>> = {
  platform: 'string or object',
  tokenUrl: 'string or object',
  getToken: 'function',
  scope: 'string',
  timeoutMs: 'number',
  onEvent: 'function',
}

/** By hand, because the kit of the other entry points takes as much as the whole client. Throws a TypeError. */
export function readPlatform(options: ProjectClientOptions): URL {
  for (const [name, value] of Object.entries(options)) {
    const kind = kinds[name]
    if (kind === undefined) throw wrong(`unknown option ${name}`)
    if (!kind.includes(typeof value)) throw wrong(`${name} must be ${kind}, not ${typeof value}`)
  }
  const { platform, tokenUrl, getToken, timeoutMs = 1 } = options
  if (!tokenUrl === !getToken) throw wrong('give tokenUrl or getToken')
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) throw wrong('timeoutMs must be milliseconds')
  try {
    const url = new URL(platform)
    if (url.protocol.startsWith('http')) return url
  } catch {
    // Not even an address.
  }
  throw wrong('platform must be like https://platform.example')
}

function wrong(what: string): TypeError {
  return new TypeError(`createProjectClient: ${what}`)
}
