import { eventListeners } from '../../events/listeners.js'
import { callback, hasMethod, integer, origins, required } from '../../options/kinds.js'
import { optionsReader, type Option, type OptionsOf, type Values } from '../../options/options.js'
import type { Signer } from '../signer.js'
import type { TokenEndpointEvent } from './events.js'
import type { TokenDecision } from './grant.js'

/** What a page asks for. Anyone can ask for anything: what is not granted is not signed. */
export interface TokenWish {
  /** Names with one space between; undefined: none in particular. */
  readonly scope: string | undefined
  /** The origin of the page; undefined where the caller has none. */
  readonly origin: string | undefined
}

/** What signs: the half of a `Signer` that is called. */
export type TokenSigner = Pick<Signer, 'sign'>

/** `R` is the request that the handler gets. */
export interface TokenEndpointOptions<R> {
  /** From `createSigner`; or a function that finds it, for a customer with several projects. */
  readonly signer: TokenSigner | ((request: R) => TokenSigner | Promise<TokenSigner>)
  /**
   * The decision: who may have a token, and for what. Ask your own session. Return a grant `{ subject, scope, claims }`, or `true`
   * for all scopes of the project; nothing where there is no session (401 `no_session`), so that a forgotten `return` refuses;
   * `false` where whoever asks may not have a token (403 `token_denied`). Anything else is a TypeError, and no token. What it throws
   * goes to your error handler.
   */
  readonly authorize: (request: R, wish: TokenWish) => TokenDecision | Promise<TokenDecision>
  /**
   * The pages that may ask, and no others: `['https://shop.example']`. Default: those of the endpoint's own origin. Needed where the
   * page is on another origin than the endpoint (mount your own CORS, with credentials, before), where a proxy changes Host, and
   * against DNS rebinding.
   */
  readonly origins?: readonly string[]
  /** `false` lets callers pass to `authorize` that are no browsers: without Origin and Sec-Fetch-Site. Default true. */
  readonly requireOrigin?: boolean
  /** Whether the token may be used from the origin alone whose page asked. Default true. */
  readonly bindOrigin?: boolean
  /** Tokens of one subject in a fixed minute, in this process. Default 120. An IPv6 address counts as its /64. */
  readonly perMinute?: number
  /** Your own limit, for several processes: whether the subject may have one more. It stands in for `perMinute`. */
  readonly limit?: (subject: string, request: R) => boolean | Promise<boolean>
  /** A listener or a list, told what became of each request. */
  readonly onEvent?: TokenEndpointListener | readonly TokenEndpointListener[]
}

export type TokenEndpointListener = (event: TokenEndpointEvent) => unknown

const signerHint = 'what createSigner returns, or a function that returns that'

const signer: Option<TokenSigner | ((request: never) => unknown) | undefined> = (given, wrong) => {
  if (given === undefined || typeof given === 'function' || isSigner(given))
    return given as TokenSigner | undefined
  throw wrong(`must be ${signerHint}`)
}

export function isSigner(value: unknown): value is TokenSigner {
  return hasMethod(value, 'sign')
}

const trueByDefault: Option<boolean> = (given = true, wrong) => {
  if (typeof given === 'boolean') return given
  throw wrong('must be true or false')
}

const authorizeHint =
  'that decides who may have a token: (req) => req.user && { subject: req.user.id, scope: "portal:read" }'

const table = {
  signer: required(signer, signerHint),
  authorize: required(
    callback<(request: never, wish: TokenWish) => unknown>(authorizeHint),
    `a function ${authorizeHint}`,
  ),
  origins,
  requireOrigin: trueByDefault,
  bindOrigin: trueByDefault,
  perMinute: integer({ max: 1_000_000, of: 'tokens' }),
  limit: callback<(subject: string, request: never) => unknown>(
    'that returns whether a subject may have one more token',
  ),
  onEvent: eventListeners<TokenEndpointEvent>(),
} satisfies OptionsOf<TokenEndpointOptions<never>>

export type ReadTokenOptions = Values<typeof table>

/** Throws a TypeError that begins with the name of the face. */
export function readTokenOptions(owner: string, given: unknown): ReadTokenOptions {
  const options = optionsReader(owner, table)(given)
  if (options.limit === undefined || options.perMinute === undefined) return options
  throw new TypeError(`${owner}: perMinute has no effect beside limit; leave one of them out`)
}
