import { shownText } from './shown-text.js'
import type { Presented, TokenCode } from './presentation.js'
import { fail, warn, type Verdict } from './verdict.js'

/** Whether the key was found to be right all the same; what it means; what to do. */
type Advice = readonly [doesMatch: boolean, text: string, fix: string]

const clockFix = 'Set the clock that is wrong, by NTP: see the line "clock"'
const formFix = 'Use the same major version of reverse-jwt on both sides'

/** One line a code, for the customer. */
// prettier-ignore
const advice: { readonly [Code in TokenCode]: Advice } = {
  token_not_verified: [false, 'the platform does not accept this key for this project',
    'Compare project, kid and public half with what is registered, and ask whether it is confirmed, expired or revoked'],
  audience_mismatch: [false, 'the audience of the key is not the name of this platform', 'Write the name of the platform into the key file as audience; createSigner gets it where there is only a private key'],
  issuer_mismatch: [true, 'the key matches, but the platform expects another issuer for this project', 'Ask the platform for the issuer of the project, and give it to createSigner as issuer'],
  project_suspended: [true, 'the key matches, but the platform has suspended the project', 'Ask the platform why, and to resume it'],
  token_expired: [false, 'the platform finds a token too old that was signed just now', clockFix],
  token_not_active: [false, 'the platform finds a token too young that was signed just now', clockFix],
  token_lifetime_too_long: [false, 'the platform does not accept tokens that live for a minute', 'Ask the platform for how long tokens may live, and give it to createSigner as expiresIn'],
  token_replayed: [true, 'the key matches, but the platform got the same request twice', 'Something between here and the platform repeats requests, most likely a proxy: it must not'],
  origin_not_allowed: [true, 'the key matches, but not for this origin', 'Ask the platform to add the origin to the project'],
  scope_insufficient: [true, 'the key matches, but the project lacks a scope that this address requires', 'Ask the platform for that scope, or give the address of another route'],
  algorithm_not_allowed: [false, 'the platform does not accept the algorithm of this key', 'Ask the platform which it accepts, and make a key for one of them; most accept ES256'],
  token_type_not_allowed: [false, 'the platform does not accept project tokens there', `Does that route want a session? Then give the address of the platform alone as --url. Else: ${formFix}`],
  token_malformed: [false, 'the platform cannot read the token', formFix],
  claim_missing: [false, 'the platform misses a claim in the token', formFix],
  claim_invalid: [false, 'the platform does not accept a claim of the token', formFix],
  request_malformed: [false, 'the platform cannot read the request', 'Something between here and the platform may change requests, such as a proxy that adds a header Authorization'],
  credentials_missing: [false, 'the token did not arrive', 'Something in front of the platform takes the header Authorization away: it must pass it on'],
  session_revoked: [false, 'the address wants a session and no token', 'Give the address of the platform alone as --url, without a path'],
  rate_limited: [false, 'there were too many calls just now, so nothing was found out', 'Wait a minute, and try again'],
  store_unavailable: [false, 'the platform cannot check tokens right now', 'Try again in a minute. If it stays so, tell the platform'],
  replay_store_full: [false, 'the platform cannot check tokens right now: too many are in use', 'Try again in a minute. If it stays so, tell the platform'],
}

/** What only waiting helps against is no fault. */
const passing: ReadonlySet<TokenCode> = new Set<TokenCode>(['rate_limited'])
/** Where the platform knows more than it answers. */
const vague: ReadonlySet<TokenCode> = new Set<TokenCode>([
  'token_not_verified',
  'store_unavailable',
  'replay_store_full',
])

export interface Advised {
  readonly verdict: Verdict
  readonly doesMatch: boolean
}

/** What it means that a token was not accepted, and what to do. */
export function adviceFor(presented: Exclude<Presented, { kind: 'accepted' }>): Advised {
  switch (presented.kind) {
    case 'failed':
      return {
        verdict: fail(`a token was sent: ${presented.failure.text}`, presented.failure.fix),
        doesMatch: false,
      }
    case 'odd':
      return { verdict: oddVerdict(presented.status), doesMatch: false }
    case 'refused': {
      const { code, audience, instance } = presented
      const [doesMatch, text, fix] = advice[code]
      const name =
        code === 'audience_mismatch' && audience !== undefined ? `: it is ${shownText(audience)}` : ''
      const whom =
        vague.has(code) && instance !== undefined ? `. The platform can look up why: ${instance}` : ''
      const judge = passing.has(code) ? warn : fail
      return { verdict: judge(`${code}: ${text}${name}`, `${fix}${whom}`), doesMatch }
    }
  }
}

function oddVerdict(status: number): Verdict {
  if (status >= 300 && status < 400)
    return fail(
      `a token was sent, and the answer leads elsewhere (${status})`,
      'Give the address that it leads to: no redirect is followed with a token',
    )
  if (status === 404)
    return fail('a token was sent, and there is nothing (404)', 'Is the path of --url right?')
  if (status === 429)
    return warn('too many requests (429), before anybody looked at the token', 'Wait a minute, and try again')
  if (status >= 500)
    return fail(
      `a token was sent, and the platform failed (${status})`,
      'Try again. If it stays so, tell the platform',
    )
  return fail(
    `a token was sent, and the platform answered ${status} without saying why`,
    'Is --url the address of a platform that uses reverse-jwt? It should mount problemDetails(), which says why',
  )
}
