import { algorithm, identifier, seconds, text } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import { isQuotable } from '../options/quoted.js'
import { isOrigin, isScope, limits, projectTokenType, type AlgorithmName } from '../protocol.js'
import { refuseBrowser } from '../jwk/browser-guard.js'
import { checkSize } from './claims-size.js'
import { compactSigner } from '../signing/compact-signature.js'
import type { PrivateKeyInput } from '../jwk/private-half.js'
import type { ProjectKeyFile } from '../signing/key-file.js'
import { givenKey, keyOptions, ownName } from '../signing/key-option.js'
import type { RemoteSigner } from '../signing/remote-signer.js'

export interface SignerOptions {
  /** The id that the platform gave the project: `proj_id` and `sub` of every token. Default: that of the key file. */
  readonly projectId?: string
  /** The platform's name, as its documentation gives it: `aud` of every token. Default: that of the key file. */
  readonly audience?: string
  /** The private key, alone or in a key file, or a signer that keeps it elsewhere. One of `privateKey` and `keyFile` is given. */
  readonly privateKey?: PrivateKeyInput | RemoteSigner | ProjectKeyFile | undefined
  /** What `reverse-jwt keygen` wrote: the text or the bytes of the file, or what its JSON holds. Not its path. */
  readonly keyFile?: string | Uint8Array | ProjectKeyFile | undefined
  /** Default: that of the JWK or of the remote signer, else the RFC 7638 thumbprint, as on the platform's side. */
  readonly kid?: string
  /** `iss` of every token. Default: the projectId. */
  readonly issuer?: string
  /**
   * Default: that of the JWK, CryptoKey or remote signer, else ES256, ES384 or ES512 by the curve, RS256 for RSA, EdDSA for
   * Ed25519.
   */
  readonly alg?: AlgorithmName
  /** Seconds that a token lives. Default 120, at most 3600; platforms accept 300 unless they say otherwise. */
  readonly expiresIn?: number
}

/** Claims besides those that the signer sets. */
export interface ExtraClaims {
  /** Names with one space between. Without it the token is granted all scopes of the project. */
  readonly scope?: string
  /** The only origin that may use the token: `https://shop.example`. */
  readonly origin?: string
  readonly [claim: string]: unknown
}

export interface Signer {
  /**
   * Signs a new token, good for one request.
   *
   * `extra` adds claims, for example `scope: 'portal:read'` or `origin: 'https://shop.example'`. They are copied as JSON once,
   * before they are checked: what was checked is what is signed. Throws a TypeError for a claim that the signer sets itself:
   * iss, sub, aud, proj_id, jti, exp, iat, nbf.
   */
  sign(extra?: ExtraClaims): Promise<string>
  /**
   * Resolves when the key is loaded and one signature was made with it: await it at start-up, so that a wrong key or a KMS that cannot
   * be asked is heard of before the first visitor. Rejects as `sign` would. What is signed is no token and cannot become one.
   */
  ready(): Promise<void>
}

/** How long a token lives, in seconds, unless told otherwise. */
const defaultLifetime = 120

/** Claims that the signer sets itself. */
const reservedClaims = new Set(['iss', 'sub', 'aud', 'proj_id', 'jti', 'exp', 'iat', 'nbf'])

const ownClaims = new Set(['scope', 'origin', 'nonce', 'cnf'])

const name = { fits: (given: string) => given !== '', what: 'a non-empty string' }

const caller = 'createSigner'
const readOptions = optionsReader(caller, {
  projectId: identifier,
  audience: text(name),
  ...keyOptions,
  kid: identifier,
  issuer: text(name),
  alg: algorithm,
  expiresIn: seconds({ default: defaultLifetime, min: 1, max: limits.lifetime.max }),
} satisfies OptionsOf<SignerOptions>)

/**
 * Makes a signer of project tokens, for the customer's backend. It decides nothing about who may have a token: ask your own
 * session first.
 *
 *     { "alg": "ES256", "kid": "...", "typ": "project-auth+jwt" }
 *     { "iss": "shop", "sub": "shop", "aud": "https://platform.example", "proj_id": "shop", "jti": "...", "iat": 1789999880, "exp": 1790000000 }
 *
 * Takes the key as PEM or DER (PKCS#8, PKCS#1, SEC1), as a JWK or its JSON, a KeyObject, a CryptoKey, as a remote signer
 * `{ alg, kid, sign(data) }` in front of a KMS or HSM, or as a key file, which also says the project, the platform and the kid:
 *
 *     { "type": "reverse_jwt_project_key", "project_id": "shop", "audience": "https://platform.example",
 *       "kid": "key-1", "alg": "ES256", "private_key": "-----BEGIN PRIVATE KEY-----\\n..." }
 *
 * Text may come as the bytes of a file, in base64, in quotes, and with \n
 * spelled out.
 *
 * Throws a TypeError that says what is wrong with an option or with the key, and never quotes the key. Throws in a browser.
 * RFC 7515 section 5.1, RFC 7523 section 3.
 *
 * @example
 * const signer = createSigner({ projectId: 'shop', audience: 'https://platform.example', privateKey })
 * const token = await signer.sign()
 *
 * @example
 * const signer = createSigner({ keyFile: process.env.PROJECT_KEY })
 */
export function createSigner(options: SignerOptions): Signer {
  refuseBrowser()
  const given = readOptions(options)
  const { expiresIn, alg, kid } = given
  const { material, file } = givenKey(given, options, caller)
  const projectId = ownName('projectId', { given, file, caller })
  const audience = ownName('audience', { given, file, caller })
  const issuer = given.issuer ?? projectId
  const signer = compactSigner({ privateKey: material, typ: projectTokenType, kid, alg, caller })

  return {
    ready: () => signer.tryKey(),
    async sign(extra = {}) {
      const iat = Math.floor(Date.now() / 1000)
      const claims = {
        ...claimsOf(extra),
        iss: issuer,
        sub: projectId,
        aud: audience,
        proj_id: projectId,
        jti: crypto.randomUUID(),
        iat,
        exp: iat + expiresIn,
      }
      checkSize(claims)
      const token = await signer.sign(claims)
      if (token.length > limits.tokenLength.default) {
        throw new TypeError(
          `The token has ${token.length} characters; platforms refuse more than ${limits.tokenLength.default}. Pass fewer extra claims.`,
        )
      }
      return token
    },
  }
}

/** Names that would be claims without a meaning, where their writer meant something else. */
const misplaced = new Map([
  ['scopes', 'The claim is named scope: names with one space between'],
  ['scp', 'The claim is named scope: names with one space between'],
  ['expiresin', 'expiresIn is an option of createSigner'],
  ['audience', 'audience is an option of createSigner'],
  ['issuer', 'issuer is an option of createSigner'],
  ['projectid', 'projectId is an option of createSigner'],
])

/** A copy as JSON, so that no getter, Proxy or toJSON says one thing to the checks and another to the signature. */
function claimsOf(extra: unknown): ExtraClaims {
  if (typeof extra !== 'object' || extra === null || Array.isArray(extra)) {
    throw new TypeError('sign takes an object of further claims, or nothing')
  }
  const claims: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(extra) as [string, unknown][]) {
    checkName(name)
    // toJSON would speak for the whole claims set.
    if (typeof value === 'function') throw new TypeError('A claim must be JSON, not a function')
    const json = JSON.stringify(value) as string | undefined
    // A scope that got lost would be all scopes.
    if (json === undefined) {
      throw new TypeError(
        `${isQuotable(name) ? `The claim ${name}` : 'A claim'} is undefined; set it or leave it out`,
      )
    }
    claims[name] = JSON.parse(json)
  }
  const { scope, origin } = claims
  if (scope !== undefined && !isScope(scope)) {
    throw new TypeError('The claim scope must be a string, names with one space between')
  }
  if (origin !== undefined && !isOrigin(origin)) {
    throw new TypeError('The claim origin must be an origin as browsers send it, like https://shop.example')
  }
  return claims
}

function checkName(name: string): void {
  const lowered = name.toLowerCase()
  if (reservedClaims.has(lowered)) throw new TypeError(`The claim ${name} is set by the signer; leave it out`)
  const meant = misplaced.get(lowered)
  if (meant !== undefined) throw new TypeError(meant)
  if (name !== lowered && ownClaims.has(lowered))
    throw new TypeError(`The claim is named ${lowered}, in small letters`)
  if (name === '__proto__') throw new TypeError('A claim must not be named __proto__')
}
