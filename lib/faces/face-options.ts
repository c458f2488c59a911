import { flag, hasMethod, unchecked } from '../options/kinds.js'
import { optionsReader, type OptionsOf, type Wrong } from '../options/options.js'
import { verifierWith, type Verifier } from '../verifier.js'
import type { TokenSource } from '../verify/credentials.js'
import {
  rulesOf,
  requestRules,
  verifierOptions,
  type RequestRules,
  type VerifierOptions,
} from '../verify/options.js'

/** What a face adds to the verifier. */
export interface FaceOptions {
  /** Let requests without any credentials pass, unauthenticated. A bad token is refused all the same. Default false. */
  readonly optional?: boolean
  /** A scope, or several, that the token must grant: all of them. */
  readonly scope?: string | readonly string[]
  /**
   * Where a token may be. Default `['header']`; `'body'` is the form field `access_token`, for a portal opened by a form post.
   */
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

const faceOptions = { optional: flag, ...requestRules } satisfies OptionsOf<FaceOptions>
const withVerifier = {
  ...faceOptions,
  verifier: projectVerifier,
}
// Named, so that a misspelled one is understood.
const withItsOptions = { ...faceOptions, ...verifierOptions, verifier: unchecked }

/** Not that of sessions, which reads something in the background and verifies tokens of another kind. */
function projectVerifier(given: unknown, wrong: Wrong): Verifier {
  if (hasMethod(given, 'authenticate') && !hasMethod(given, 'close')) return given as Verifier
  throw wrong('must be what createVerifier returns')
}

/** What events call them. */
const faces = { reverseJwt: 'express', ReverseJwtStrategy: 'passport' } as const

/** Reads what a face takes. `owner` is the face, as its caller writes it, and begins each error. */
export function readFaceOptions(owner: keyof typeof faces, given: unknown): Face {
  refuseMistakes(owner, given)
  const face = faces[owner]
  if (!('verifier' in given)) {
    const { optional, tokenFrom, scope, ...settings } = optionsReader(owner, withItsOptions)(given)
    return {
      verifier: verifierWith(settings),
      rules: rulesOf({ tokenFrom, scope, face, optional }),
      optional,
    }
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(verifierOptions, name))
      throw new TypeError(`${owner}: ${name} belongs to createVerifier when verifier is given`)
  }
  const { verifier, optional, ...rules } = optionsReader(owner, withVerifier)(given)
  return { verifier, rules: rulesOf({ ...rules, face, optional }), optional }
}

/** What is given instead of options, by who forgot a call or a pair of braces. */
function refuseMistakes(owner: string, given: unknown): asserts given is object {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${owner} takes an object: { verifier }, or audience, keyStore and replayStore`)
  // app.use(reverseJwt) instead of app.use(reverseJwt({ ... })): Express calls it with the first request.
  if ('headers' in given)
    throw new TypeError(`${owner}: headers is of a request; call ${owner}({ ... }) and mount what it returns`)
  if ('authenticate' in given) throw new TypeError(`${owner}: verifier must be named: { verifier }`)
}
