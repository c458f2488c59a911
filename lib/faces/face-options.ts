import { refuseUndefined, refuseUnknownNames, requireThat } from '../options/option-checks.js'
import {
  parseScope,
  parseTokenFrom,
  verifierOptionNames,
  type RequestRules,
  type VerifierOptions,
} from '../verify/options.js'
import { createVerifier, type Verifier } from '../verifier.js'
import type { TokenSource } from '../verify/credentials.js'

/** What a face adds to the verifier. */
export interface FaceOptions {
  /** Let requests without any credentials pass, unauthenticated. A bad token is refused all the same. Default false. */
  readonly optional?: boolean
  /** A scope, or several, that the token must grant: all of them. */
  readonly scope?: string | readonly string[]
  /** Where a token may be. Default `['header']`; `'body'` is the form field `access_token`, for a portal opened by a form post. */
  readonly tokenFrom?: readonly TokenSource[]
}

/** A verifier with the options of a face, or the options of both. */
export type ReverseJwtOptions = FaceOptions &
  (
    | ({ readonly verifier: Verifier } & { readonly [name in keyof VerifierOptions]?: never })
    | (VerifierOptions & { readonly verifier?: never })
  )

export interface Face {
  readonly verifier: Verifier
  readonly rules: RequestRules
  readonly optional: boolean
}

const faceOptionNames: Readonly<Record<keyof FaceOptions, true>> = {
  optional: true,
  scope: true,
  tokenFrom: true,
}

/** Parses what `reverseJwt` and `ReverseJwtStrategy` take. Throws a TypeError that names the option. */
export function parseFaceOptions(options: ReverseJwtOptions): Face {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new TypeError('Give an object: { verifier }, or audience, keyStore and replayStore')
  }
  // app.use(reverseJwt) instead of app.use(reverseJwt({ ... })): Express calls it with the first request.
  requireThat(
    !('headers' in options),
    'headers is of a request; call reverseJwt({ ... }) and mount what it returns',
  )
  const { optional = false, scope, tokenFrom, ...rest } = options
  refuseUndefined(options)
  requireThat(typeof (optional as unknown) === 'boolean', 'optional must be true or false')
  return {
    verifier: verifierFrom(rest),
    rules: { tokenFrom: parseTokenFrom(tokenFrom), ...(scope !== undefined && { scope: parseScope(scope) }) },
    optional,
  }
}

function verifierFrom(options: { readonly verifier?: Verifier }): Verifier {
  requireThat(!('authenticate' in options), 'verifier must be named: { verifier }')
  if (!('verifier' in options)) {
    refuseUnknownNames(options, { ...verifierOptionNames, ...faceOptionNames, verifier: true }, 'option')
    return createVerifier(options as VerifierOptions)
  }
  const { verifier, ...others } = options
  for (const name of Object.keys(others)) {
    requireThat(
      !Object.hasOwn(verifierOptionNames, name),
      `${name} belongs to createVerifier when verifier is given`,
    )
  }
  refuseUnknownNames(others, { ...faceOptionNames, verifier: true }, 'option')
  requireThat(
    typeof (verifier as Verifier | null)?.authenticate === 'function',
    'verifier must come from createVerifier',
  )
  return verifier
}
