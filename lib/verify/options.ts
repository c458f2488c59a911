import { eventListeners, type VerifierEventListener } from '../events/listeners.js'
import type { VerifierEvent } from '../events/verifier-event.js'
import type { KeyStore } from '../keys/key-store.js'
import { flag, integer, objectWith, seconds, text } from '../options/kinds.js'
import { membersReader, optionsReader, type OptionsOf, type Values, type Wrong } from '../options/options.js'
import { shown } from '../options/quoted.js'
import {
  algorithmNamed,
  algorithmNames,
  isScopeName,
  limits,
  projectTokenType,
  type Algorithm,
  type AlgorithmName,
} from '../protocol.js'
import type { ReplayStore } from '../replay/replay-store.js'
import { clock } from '../time/clock.js'
import type { Bounds, VerifyContext } from './binding.js'
import type { TokenSource } from './credentials.js'
import type { Asking } from './outcome.js'

/** Options of a verifier. Seconds unless the name ends in `Ms`. */
export interface VerifierOptions {
  /** What a token's `aud` must equal: the platform's own name, usually its URL. One, or a list of several names. */
  readonly audience: string | readonly string[]
  /** Where the customers' public keys are. */
  readonly keyStore: KeyStore
  /** Where used tokens are remembered. Required: a default in memory would quietly fail with two processes. */
  readonly replayStore: ReplayStore
  /** Accepted algorithms. Default ES256, RS256, PS256, EdDSA. A token must also use the one that its key is for. */
  readonly algorithms?: readonly AlgorithmName[]
  /**
   * The longest accepted lifetime of a token, exp - iat, in seconds. Default 300, at most 3600, and what the replay store
   * covers.
   */
  readonly maxLifetime?: number
  /** How far clocks may differ, in seconds. Default 10, at most 60, and what the replay store covers. */
  readonly clockTolerance?: number
  /** The longest accepted token, in characters. Default 4096. */
  readonly maxTokenLength?: number
  /** Set to `'project-auth+jwt'` to refuse tokens without `typ` or with `JWT`. */
  readonly typ?: typeof projectTokenType
  /** Refuse requests without an Origin header. Browsers send none on same-origin GETs and page loads. Default false. */
  readonly requireOrigin?: boolean
  /** `realm` of the challenge. Default `reverse-jwt`. */
  readonly realm?: string
  /** Epoch seconds. Default: the system's clock. */
  readonly clock?: () => number
  /**
   * Told what became of each token: one listener, or a list of them. Must not throw; what it returns is not waited for. The
   * failure of one is not that of another. `eventLine` writes an event for a log.
   */
  readonly onEvent?: VerifierEventListener | readonly VerifierEventListener[]
}

/** What is asked of a request besides a good token. */
export interface RequestRules {
  /** Where a token may be. Default `['header']`. */
  readonly tokenFrom?: readonly TokenSource[]
  /** A scope that the resource requires, or several: all of them. */
  readonly scope?: string | readonly string[]
}

export const defaultAlgorithms: readonly Algorithm[] = ['ES256', 'RS256', 'PS256', 'EdDSA']

/** How each option of a verifier is read. */
export const verifierOptions = {
  audience,
  keyStore: objectWith<KeyStore>('find', 'a key store, such as new MemoryKeyStore([...])'),
  replayStore: objectWith<ReplayStore>(
    'consume',
    'a replay store, such as new MemoryReplayStore() for a platform of one process',
  ),
  algorithms,
  maxLifetime: seconds({ ...limits.lifetime, min: 1 }),
  clockTolerance: seconds({ ...limits.clockTolerance, min: 0 }),
  maxTokenLength: integer({ ...limits.tokenLength, of: 'characters' }),
  typ,
  requireOrigin: flag,
  realm: text({
    default: 'reverse-jwt',
    fits: (realm) => /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/.test(realm),
    what: 'printable ASCII without quotes or backslashes',
  }),
  clock,
  onEvent: eventListeners<VerifierEvent>(),
} satisfies OptionsOf<VerifierOptions>

/** The options after their check. */
export type VerifierSettings = Values<typeof verifierOptions>

/** Reads the options of `createVerifier`. */
export const readVerifierOptions = optionsReader('createVerifier', verifierOptions)

/** How each rule for requests is read. */
export const requestRules = { tokenFrom, scope } satisfies OptionsOf<RequestRules>

/** Rules after their check, and what a face says of itself. */
export interface CheckedRules extends Values<typeof requestRules>, Asking {}

/** Who asks without a face. */
export const nobody: Asking = { face: 'verify', optional: false }

const readRules = membersReader('authenticate', requestRules, 'rule')
const checkedBefore = new WeakMap<object, CheckedRules>()

/** The second argument of `authenticate`: checked here, unless `rulesOf` made it. */
export function parseRules(rules: RequestRules = {}): CheckedRules {
  return checkedBefore.get(rules) ?? { ...readRules(rules), ...nobody }
}

/** Who asks with these rules: no option, because only a face knows it. */
export function askingOf(rules: RequestRules | undefined): Asking {
  return checkedBefore.get(rules as object) ?? nobody
}

/** For who asks the same of every request: rules that are not checked at each of them. */
export function rulesOf(checked: CheckedRules): RequestRules {
  const { tokenFrom, scope } = checked
  const rules = Object.freeze({ tokenFrom, ...(scope.length > 0 && { scope }) })
  checkedBefore.set(rules, checked)
  return rules
}

const readContext = membersReader(
  'verify',
  { origin, scope } satisfies OptionsOf<VerifyContext>,
  'member of the context',
)
const exchanges = new WeakMap<object, ExchangeFacts>()

interface ExchangeFacts {
  /** See `Bounds`. */
  readonly isEmbedder: boolean
}

/** The context of a token that is exchanged for a session: no option, because only the exchange knows it. */
export function exchangeContext(context: VerifyContext, facts: ExchangeFacts): VerifyContext {
  exchanges.set(context, facts)
  return context
}

/** Who asks with this context. */
export function askingWith(context: VerifyContext | undefined): Asking {
  return context !== undefined && exchanges.has(context) ? exchange : nobody
}

const exchange: Asking = { face: 'exchange', optional: false }
const noContext: Bounds = { origin: undefined, scope: [] }

/** The second argument of `verify`. A misspelled member would be a check that never runs. */
export function parseContext(context: VerifyContext | undefined): Bounds {
  if (context === undefined) return noContext
  const bounds = readContext(context)
  return exchanges.get(context)?.isEmbedder === true ? { ...bounds, isEmbedder: true } : bounds
}

function audience(given: unknown, wrong: Wrong): ReadonlySet<string> {
  const names: unknown[] = Array.isArray(given) ? given : [given]
  if (names.length > 0 && names.every((name) => typeof name === 'string' && name !== ''))
    return new Set(names as string[])
  throw wrong('must be the name of this platform, as tokens have it in aud, or a list of such names')
}

function algorithms(given: unknown, wrong: Wrong): ReadonlySet<Algorithm> {
  if (given === undefined) return new Set(defaultAlgorithms)
  if (!Array.isArray(given) || given.length === 0) throw wrong('must be a list of at least one algorithm')
  return new Set(
    Array.from(given as unknown[], (name) => {
      const alg = algorithmNamed(name)
      if (alg !== undefined) return alg
      const why = /^hs|^none$/i.test(String(name)) ? ' Only asymmetric algorithms can tell who signed.' : ''
      throw wrong(`has${shown(name) || ' an unknown name'}; it can have ${algorithmNames}.${why}`)
    }),
  )
}

function typ(given: unknown, wrong: Wrong): typeof projectTokenType | undefined {
  if (given === undefined || given === projectTokenType) return given
  throw wrong(`must be '${projectTokenType}' or left out`)
}

function tokenFrom(given: unknown, wrong: Wrong): readonly TokenSource[] {
  if (given === undefined) return headerOnly
  const places: unknown[] = Array.isArray(given) ? Array.from(given as unknown[]) : []
  if (places.length > 0 && places.every(isTokenSource)) return Object.freeze(places)
  throw wrong("must be a list of 'header' or 'body' or both")
}

const headerOnly: readonly TokenSource[] = Object.freeze<TokenSource[]>(['header'])

function isTokenSource(place: unknown): place is TokenSource {
  return place === 'header' || place === 'body'
}

/** A scope, or several, as RFC 6749 section 3.3 spells them; the names also stand in the challenge. */
function scope(given: unknown, wrong: Wrong): readonly string[] {
  if (given === undefined) return []
  // A copy: what becomes of the list later is not checked, and a place without a value is no name.
  const names: unknown[] =
    typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? Array.from(given as unknown[]) : []
  if (names.length > 0 && names.every(isScopeName)) return Object.freeze(names)
  throw wrong('must be a scope name or a list of them')
}

/** A list or a URL would be compared as if there were no origin. */
function origin(given: unknown, wrong: Wrong): string | null | undefined {
  if (given === undefined || given === null || typeof given === 'string') return given
  throw wrong('must be the Origin header of the request, a string; null or undefined when there was none')
}
