import { AuthenticationError } from '../../errors.js'
import type { RefusalCode } from '../../http/refusals.js'
import { algorithmNamed, isIdentifier, limits, proofType, sessionTokenType } from '../../protocol.js'
import { claimRules, timeRules, timesOf, type ClaimsSettings } from '../../verify/claims.js'
import { couldBeSignature, headerRules, isType, type HeaderSettings } from '../../verify/compact.js'
import type { TokenParts } from './token-parts.js'

/** A rule that a token breaks: the code that a verifier would answer, and why. */
export interface Fault {
  readonly code: RefusalCode
  readonly text: string
}

export interface InspectionSettings extends HeaderSettings, Omit<ClaimsSettings, 'audience'> {
  /** Undefined: not known, so whichever the token names is right. */
  readonly audience: string | undefined
  readonly issuer: string | undefined
}

/**
 * Every rule of the steps before a key is used, in the order of a verifier: the first one is what it would answer. The rules are those of the
 * verifier itself.
 */
export function faultsOf(
  token: string,
  parts: TokenParts,
  settings: InspectionSettings,
  now: number,
): Fault[] {
  const { unverifiedHeader: header, unverifiedClaims: claims, shapeFaults, signature } = parts
  const faults = new Faults()
  if (token.length > limits.tokenLength.default)
    faults.add('request_malformed', `The token has more than ${limits.tokenLength.default} characters.`)
  for (const text of shapeFaults.header) faults.add('token_malformed', text)
  if (header !== undefined) {
    for (const rule of headerRules)
      faults.try(() => {
        rule(header, settings)
      })
    addHint(faults, header.typ)
  }
  for (const text of shapeFaults.rest) faults.add('token_malformed', text)
  const alg = algorithmNamed(header?.alg)
  if (signature !== undefined && alg !== undefined && !couldBeSignature(signature, alg))
    faults.add(
      'token_malformed',
      `The signature has ${signature.length} bytes; one of ${alg} has another length.`,
    )
  if (claims === undefined) return faults.all
  const { audience, ...rules } = settings
  const bounds = { ...rules, audience: new Set([audience ?? firstAudience(claims.aud)]) }
  for (const rule of claimRules)
    faults.try(() => {
      rule(claims, bounds)
    })
  faults.try(() => {
    const times = timesOf(claims)
    for (const rule of timeRules)
      faults.try(() => {
        rule(times, bounds, now)
      })
  })
  // No store is asked for what cannot be a name.
  for (const [name, value] of Object.entries({ proj_id: claims.proj_id, kid: header?.kid })) {
    if (typeof value === 'string' && !isIdentifier(value))
      faults.add(
        'token_not_verified',
        `The ${name} of the token is not like any that is registered: these have 1 to ${limits.identifierLength} printable characters.`,
      )
  }
  return faults.all
}

/** What a verifier compares with the project, after it has verified the signature. */
export function bindingFaults(
  { iss, proj_id }: Readonly<Record<string, unknown>>,
  issuer: string | undefined,
): Fault[] {
  if (typeof iss !== 'string' || iss === '' || iss === (issuer ?? proj_id)) return []
  const text =
    issuer === undefined
      ? 'The iss of the token is not its proj_id, which platforms expect unless they say otherwise: give --issuer, what the platform expects.'
      : 'The iss of the token is not the value of --issuer.'
  return [{ code: 'issuer_mismatch', text }]
}

class Faults {
  readonly all: Fault[] = []

  add(code: RefusalCode, text: string): void {
    if (!this.all.some((fault) => fault.code === code && fault.text === text)) this.all.push({ code, text })
  }

  /** Adds what a rule of the verifier refuses. */
  try(rule: () => unknown): void {
    try {
      rule()
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error
      this.add(error.code, error.description)
    }
  }
}

/** The one that the token is for, alone or in a list of one; else what equals none. */
function firstAudience(aud: unknown): string {
  const one: unknown = Array.isArray(aud) ? aud[0] : aud
  return typeof one === 'string' ? one : ''
}

/** Other tokens that people have at hand. */
const otherTypes = new Map([
  [
    sessionTokenType,
    'This is a session, or another access token. A project token is what the customer signs.',
  ],
  [proofType, 'This is the proof that somebody holds a key. It goes to the registry of the platform, once.'],
  ['dpop+jwt', 'This is a DPoP proof. It goes beside a token, into the header DPoP.'],
])

function addHint(faults: Faults, typ: unknown): void {
  for (const [type, text] of otherTypes) {
    if (isType(typ, type)) faults.add('token_type_not_allowed', text)
  }
}
