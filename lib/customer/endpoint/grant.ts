import {
  argumentReader,
  optionsReader,
  type Option,
  type OptionsOf,
  type Wrong,
} from '../../options/options.js'
import { isIdentifier, isScopeName, limits } from '../../protocol.js'
import type { ExtraClaims } from '../signer.js'
import { refusal } from './refusals.js'

/** What whoever asks may have. */
export interface TokenGrant {
  /**
   * Whose tokens count together: the id of a user, or an address where nobody logs in. Stays here: it is not `sub`, which is your
   * project, and the platform does not learn it. Without it nothing is limited.
   */
  readonly subject?: string | number
  /** Names with one space between, or a list. Without it: all scopes of the project. None, '' or []: no token. */
  readonly scope?: string | readonly string[]
  /** Further claims, as `signer.sign` takes them, without scope and origin. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/**
 * What `authorize` may return. `true`: a token for all scopes of the project. Nothing: there is no session. `false`: there is one,
 * and it may not have a token.
 */
export type TokenDecision = TokenGrant | boolean | null | undefined

/** A grant after it was checked. */
export interface ReadGrant {
  readonly subject: string | undefined
  /** Undefined: all. */
  readonly scope: readonly string[] | undefined
  readonly claims: ExtraClaims
}

const subject: Option<string | undefined> = (given, wrong) => {
  const text = Number.isFinite(given) ? String(given) : given
  if (text === undefined || isIdentifier(text)) return text
  throw wrong(
    `must be a number, or a string of 1 to ${limits.identifierLength} characters, not blank, without control characters`,
  )
}

const scope: Option<readonly string[] | undefined> = (given, wrong) => {
  const names: unknown = given === '' ? [] : typeof given === 'string' ? given.split(' ') : given
  if (names === undefined || (Array.isArray(names) && names.every(isScopeName))) return names
  throw wrong('must be names of scopes with one space between, or a list of them')
}

const claims: Option<ExtraClaims> = (given = {}, wrong: Wrong) => {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong('must be an object of further claims')
  for (const name of ['scope', 'origin']) {
    if (name in given) throw wrong(`must not have ${name}: ${reasons[name as 'scope']}`)
  }
  return given as ExtraClaims
}

const reasons = {
  scope: 'it stands beside claims, as scope of the grant',
  origin: 'it is that of the page, unless bindOrigin is false',
}

/** Undefined is none of these where it is written down: what got lost would be all scopes, or no limit. */
const readGrant = optionsReader(
  'authorize',
  { subject, scope, claims } satisfies OptionsOf<TokenGrant>,
  'member of a grant',
)

const readAuthorization = argumentReader('authorize', 'result', (given: unknown, wrong) => {
  if (typeof given === 'object' && given !== null) return readGrant(given)
  throw wrong('must be a grant { subject, scope, claims }, true, false, or nothing where there is no session')
})

const everything: ReadGrant = { subject: undefined, scope: undefined, claims: {} }

/** Throws `no_session` or `token_denied`; a TypeError for what is no grant, such as the record of a user. */
export function grantFrom(authorization: unknown): ReadGrant {
  if (authorization === undefined || authorization === null) throw refusal('no_session')
  if (authorization === false) throw refusal('token_denied')
  return authorization === true ? everything : readAuthorization(authorization)
}

/** The scope claim: what was both wished and granted; undefined where neither names any. Nothing in common is no token. */
export function scopeOf(
  wished: string | undefined,
  granted: readonly string[] | undefined,
): string | undefined {
  const names = wished?.split(' ')
  const common = granted === undefined ? names : (names?.filter((name) => granted.includes(name)) ?? granted)
  // A scope claim that is left out would be all scopes.
  if (common?.length === 0)
    throw refusal('token_denied', 'None of the scopes that were asked for may be had.')
  return common === undefined ? undefined : [...new Set(common)].join(' ')
}
