import { AuthenticationError, StoreError, type OutageCode, type RefusalCode } from '../../lib/index.js'
import { expect } from '@jest/globals'
import { expectRefusal } from './refusals.js'

type Code = RefusalCode | OutageCode

/** The usual text of each code, as the platform's users have read it. Kept apart from the table in lib on purpose. */
export const descriptions: Readonly<Record<Code, string>> = {
  credentials_missing: 'The request has no project token. Send one as Authorization: Bearer.',
  request_malformed: 'The request must carry exactly one well-formed project token.',
  token_malformed: 'The token is not a well-formed compact JWS with a JSON claims set.',
  algorithm_not_allowed: 'The alg of the token is not one that is accepted here.',
  token_type_not_allowed: 'The typ of the token is not that of a project token.',
  claim_missing: 'The token lacks a required claim.',
  claim_invalid: 'A claim of the token has a value that is not allowed.',
  token_lifetime_too_long: 'The token lives longer than is accepted here. Sign it with a shorter lifetime.',
  audience_mismatch: 'The aud of the token is not the audience of this platform.',
  token_not_verified:
    'The token could not be verified. Check that proj_id, kid and alg are those of a registered, active key and that this key signed it.',
  issuer_mismatch: 'The iss of the token is not the issuer of the project.',
  token_expired: 'The token has expired. Sign a new one for each call.',
  token_not_active: 'The token is not valid yet. Check the clock of the server that signs it.',
  token_replayed: 'The token has been used before. Sign a new one for each call.',
  origin_not_allowed: 'The token may not be used from this origin.',
  project_suspended: 'The project is suspended by the platform.',
  scope_insufficient: 'The token does not grant what this resource requires.',
  store_unavailable: 'The token cannot be checked right now. Try again shortly.',
  replay_store_full: 'Too many tokens are in use right now. Try again shortly.',
}

/** Rejects with exactly this code, status, and challenge, the text of the challenge included. */
export function expectExactRefusal(
  outcome: Promise<unknown>,
  code: Code,
  description = descriptions[code],
): Promise<void> {
  return expectRefusal(outcome, code, description)
}

/** The same for a step on its own, which knows no realm: the verifier adds that. */
export function expectStepRefusal(step: () => unknown, code: Code, description?: string): Promise<void> {
  const outcome = Promise.resolve()
    .then(step)
    .catch((error: unknown) => {
      if (error instanceof AuthenticationError || error instanceof StoreError) {
        expect(error.realm).toBeUndefined()
        error.realm = 'reverse-jwt'
      }
      throw error
    })
  return expectExactRefusal(outcome, code, description)
}

/** The text where a claim has a value that is not allowed. */
export const invalidClaim = (name: string) =>
  `The claim ${name} of the token has a value that is not allowed.`

/** The text where a claim is not there. */
export const missingClaim = (name: string) => `The token lacks the claim ${name}.`

/** The text where the header says something that no project token says. */
export const refusedParameter = (name: string) =>
  `The header of the token has the parameter ${name}, which is not accepted.`

export const badKid = 'The header of the token needs a kid of 1 to 256 characters.'
