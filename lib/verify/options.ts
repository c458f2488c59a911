import { eventListeners, type EventListener } from '../events/listeners.js'
import type { KeyStore } from '../keys/key-store.js'
import {
  hasMethod,
  parseSeconds,
  refuseUndefined,
  refuseUnknownNames,
  requireThat,
  shown,
} from '../options/option-checks.js'
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
import type { Bounds, VerifyContext } from './binding.js'
import type { TokenSource } from './credentials.js'
import { warnInsideRequest } from '../warnings.js'

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
  /** The longest accepted lifetime of a token, exp - iat, in seconds. Default 300, at most 3600, and what the replay store covers. */
  readonly maxLifetime?: number
  /** How far clocks may differ, in seconds. Default 5, at most 60, and what the replay store covers. */
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
   * Told what became of each token: one listener, or a list of them. Must not throw; what it returns is not waited for. The failure of one
   * is not that of another. `eventLine` writes an event for a log.
   */
  readonly onEvent?: EventListener | readonly EventListener[]
}

const headerOnly: readonly TokenSource[] = ['header']

const defaultAlgorithms: readonly Algorithm[] = ['ES256', 'RS256', 'PS256', 'EdDSA']

/** What is asked of a request besides a good token. */
export interface RequestRules {
  /** Where a token may be. Default `['header']`. */
  readonly tokenFrom?: readonly TokenSource[]
  /** A scope that the resource requires, or several: all of them. */
  readonly scope?: string | readonly string[]
}

/** The options after their check. */
export interface VerifierSettings {
  readonly audiences: ReadonlySet<string>
  readonly keyStore: KeyStore
  readonly replayStore: ReplayStore
  readonly algorithms: ReadonlySet<Algorithm>
  readonly maxLifetime: number
  readonly clockTolerance: number
  readonly maxTokenLength: number
  readonly typeRequired: boolean
  readonly requireOrigin: boolean
  readonly realm: string
  readonly clock: () => number
  readonly onEvent: readonly EventListener[]
}

/** Every option of a verifier; the compiler keeps it complete. */
export const verifierOptionNames: Readonly<Record<keyof VerifierOptions, true>> = {
  audience: true,
  keyStore: true,
  replayStore: true,
  algorithms: true,
  maxLifetime: true,
  clockTolerance: true,
  maxTokenLength: true,
  typ: true,
  requireOrigin: true,
  realm: true,
  clock: true,
  onEvent: true,
}

/** Throws a TypeError that names the option and says what it should be. */
export function parseVerifierOptions(options: VerifierOptions): VerifierSettings {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new TypeError('createVerifier takes an object with audience, keyStore and replayStore')
  }
  refuseUnknownNames(options, verifierOptionNames, 'option')
  refuseUndefined(options)
  warnInsideRequest()
  const { typ, realm = 'reverse-jwt', clock = () => Date.now() / 1000, requireOrigin = false } = options
  // Callers without TypeScript pass anything.
  requireThat(
    typ === undefined || (typ as unknown) === projectTokenType,
    `typ must be '${projectTokenType}' or left out`,
  )
  requireThat(
    typeof (realm as unknown) === 'string' && /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/.test(realm),
    'realm must be printable ASCII without quotes or backslashes',
  )
  requireThat(typeof (clock as unknown) === 'function', 'clock must be a function that returns epoch seconds')
  requireThat(typeof (requireOrigin as unknown) === 'boolean', 'requireOrigin must be true or false')
  requireThat(
    hasMethod(options.keyStore, 'find'),
    'keyStore must be a key store, such as new MemoryKeyStore([...])',
  )
  requireThat(
    hasMethod(options.replayStore, 'consume'),
    'replayStore must be a replay store, such as new MemoryReplayStore() for a platform of one process',
  )
  return {
    audiences: parseAudience(options.audience),
    keyStore: options.keyStore,
    replayStore: options.replayStore,
    algorithms: parseAlgorithms(options.algorithms === undefined ? defaultAlgorithms : options.algorithms),
    maxLifetime: parseSeconds('Option maxLifetime', options.maxLifetime, limits.lifetime, 1),
    clockTolerance: parseSeconds('Option clockTolerance', options.clockTolerance, limits.clockTolerance, 0),
    maxTokenLength: parseTokenLength(
      options.maxTokenLength === undefined ? limits.tokenLength : options.maxTokenLength,
    ),
    typeRequired: typ !== undefined,
    requireOrigin,
    realm,
    clock,
    onEvent: eventListeners(options.onEvent, (what) => new TypeError(`Option onEvent ${what}`)),
  }
}

/** A scope, or several, as RFC 6749 section 3.3 spells them; the names also stand in the challenge. */
export function parseScope(scope: unknown): readonly string[] {
  if (scope === undefined) return []
  // A copy: what becomes of the list later is not checked, and a place without a value is no name.
  const names: unknown[] =
    typeof scope === 'string' ? scope.split(' ') : Array.isArray(scope) ? Array.from(scope) : []
  requireThat(names.length > 0 && names.every(isScopeName), 'scope must be a scope name or a list of them')
  return names as string[]
}

export function parseTokenFrom(tokenFrom: unknown): readonly TokenSource[] {
  if (tokenFrom === undefined) return headerOnly
  const fits = Array.isArray(tokenFrom) && tokenFrom.every((place) => place === 'header' || place === 'body')
  requireThat(fits && tokenFrom.length > 0, "tokenFrom must be a list of 'header' and 'body'")
  return tokenFrom as TokenSource[]
}

const contextNames: Readonly<Record<keyof VerifyContext, true>> = { origin: true, scope: true }
const ruleNames: Readonly<Record<keyof RequestRules, true>> = { tokenFrom: true, scope: true }

/** The second argument of `verify`. A misspelled member would be a check that never runs. */
export function parseContext(context: VerifyContext = {}): Bounds {
  refuseUnknownNames(context, contextNames, 'member of the context')
  const { origin, scope } = context
  // A list or a URL would be compared as if there were no origin.
  if (typeof (origin ?? '') !== 'string') {
    throw new TypeError(
      'origin must be the Origin header of the request, a string; null or undefined when there was none',
    )
  }
  return { origin, scope: parseScope(scope) }
}

/** The second argument of `authenticate`. */
export function parseRules(rules: RequestRules = {}): {
  tokenFrom: readonly TokenSource[]
  scope: readonly string[]
} {
  refuseUnknownNames(rules, ruleNames, 'rule')
  return { tokenFrom: parseTokenFrom(rules.tokenFrom), scope: parseScope(rules.scope) }
}

function parseAudience(audience: unknown): ReadonlySet<string> {
  const list: unknown[] = Array.isArray(audience) ? audience : [audience]
  const fits = list.length > 0 && list.every((entry) => typeof entry === 'string' && entry !== '')
  requireThat(
    fits,
    'audience must be the name of this platform, as tokens have it in aud, or a list of such names',
  )
  return new Set(list as string[])
}

function parseAlgorithms(names: unknown): ReadonlySet<Algorithm> {
  requireThat(Array.isArray(names) && names.length > 0, 'algorithms must be a list of at least one')
  return new Set(
    (names as unknown[]).map((name) => {
      const alg = algorithmNamed(name)
      if (alg !== undefined) return alg
      const why = /^hs|^none$/i.test(String(name)) ? ' Only asymmetric algorithms can tell who signed.' : ''
      throw new TypeError(
        `Option algorithms has${shown(name) || ' an unknown name'}; it can have ${algorithmNames}.${why}`,
      )
    }),
  )
}

function parseTokenLength(value: number): number {
  requireThat(
    Number.isSafeInteger(value) && value > 0 && value <= 16_384,
    'maxTokenLength must be a number of characters up to 16384, the most that Node takes in headers',
  )
  return value
}
