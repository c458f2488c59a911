import { algorithm, identifier, required } from '../options/kinds.js'
import { membersReader, optionsReader, type OptionsOf, type Wrong } from '../options/options.js'
import { parseUrl, proofType } from '../protocol.js'
import type { KeyChallenge, KeySetChallenge } from '../types.js'
import { refuseBrowser } from '../jwk/browser-guard.js'
import { compactSigner } from '../signing/compact-signature.js'
import type { PrivateKeyInput } from '../jwk/private-half.js'
import type { ProjectKeyFile } from '../signing/key-file.js'
import { givenKey, keyOptions, ownName } from '../signing/key-option.js'
import type { RemoteSigner } from '../signing/remote-signer.js'

export interface KeyPossessionOptions {
  /**
   * The private half of the key that the platform has been given, or a signer that keeps it elsewhere. One of `privateKey` and
   * `keyFile` is given.
   */
  readonly privateKey?: PrivateKeyInput | RemoteSigner | ProjectKeyFile | undefined
  /** What `reverse-jwt keygen` wrote, as in `createSigner`. */
  readonly keyFile?: string | Uint8Array | ProjectKeyFile | undefined
  /** What the platform asked, as it came. */
  readonly challenge: KeyChallenge | KeySetChallenge
  /** The platform's name, as in `createSigner`. A challenge for another platform is not answered. Default: that of the key file. */
  readonly audience?: string
  /** Your project at that platform. A challenge for another one is not answered. Default: that of the key file. */
  readonly projectId?: string
  /**
   * Where you host your keys, when the challenge is for a key set, in any spelling. One for another address is not answered: who answers it makes every
   * key that is published there sign for the project.
   */
  readonly jwksUri?: string
}

const caller = 'proveKeyPossession'
const readOptions = optionsReader(caller, {
  ...keyOptions,
  challenge: (given: unknown) => readChallenge(given),
  audience: identifier,
  projectId: identifier,
  jwksUri: address,
} satisfies OptionsOf<KeyPossessionOptions>)

const ofThePlatform = 'give the challenge as it came from the platform'
const members = {
  aud: required(identifier, ofThePlatform),
  proj_id: required(identifier, ofThePlatform),
  nonce: required(identifier, ofThePlatform),
  exp,
}
const readKeyChallenge = membersReader(
  'proveKeyPossession, challenge',
  { ...members, kid: required(identifier, ofThePlatform), alg: algorithm } satisfies OptionsOf<KeyChallenge>,
  'member',
)
const readKeySetChallenge = membersReader(
  'proveKeyPossession, challenge',
  { ...members, jwks_uri: required(address, ofThePlatform) } satisfies OptionsOf<KeySetChallenge>,
  'member',
)

function readChallenge(given: unknown) {
  const isForSet = typeof given === 'object' && given !== null && 'jwks_uri' in given
  return isForSet
    ? { kid: undefined, alg: undefined, ...readKeySetChallenge(given) }
    : { jwks_uri: undefined, ...readKeyChallenge(given) }
}

function address(given: unknown, wrong: Wrong): string | undefined {
  if (given === undefined || (typeof given === 'string' && given !== '' && given.length <= 2_048))
    return given
  throw wrong('must be the address of a key set, of 1 to 2,048 characters')
}

function exp(given: unknown, wrong: Wrong): number {
  if (typeof given === 'number' && Number.isFinite(given)) return given
  throw wrong('must be a number, epoch seconds')
}

/**
 * Proves to a platform that you hold the private half of a key: signs its challenge. Send the proof back; the private key
 * stays here.
 *
 *     { "alg": "ES256", "kid": "key-1", "typ": "project-key-proof+jwt" }
 *     { "aud": "https://platform.example", "proj_id": "shop", "nonce": "pHx...", "exp": 1790000600 }
 *
 * Signs these four claims alone, each checked, under a type that no verifier takes for a project token: a platform cannot make
 * you sign something else. For a key set that you host there is `jwks_uri` beside them, and any key of the set signs. Refuses a challenge whose `aud` or `proj_id` is not yours: somebody could pass on what another
 * platform asks them, to register your key there as theirs.
 *
 * Throws a TypeError that says what is wrong with the challenge or with the key, and never quotes the key. Throws in a browser.
 *
 * @example
 * const proof = await proveKeyPossession({ privateKey, challenge, audience, projectId: 'shop' })
 */
export async function proveKeyPossession(options: KeyPossessionOptions): Promise<string> {
  refuseBrowser()
  const given = readOptions(options)
  const { material, file } = givenKey(given, options, caller)
  const audience = ownName('audience', { given, file, caller })
  const projectId = ownName('projectId', { given, file, caller })
  const { kid, alg, jwks_uri, ...common } = given.challenge
  const claims = { ...common, ...(jwks_uri !== undefined && { jwks_uri }) }
  requireOwn('audience', audience, 'aud', claims.aud)
  requireOwn('projectId', projectId, 'proj_id', claims.proj_id)
  if (jwks_uri !== undefined) requireOwn('jwksUri', spelled(given.jwksUri), 'jwks_uri', spelled(jwks_uri))
  const signer = compactSigner({ privateKey: material, typ: proofType, kid, alg, caller })
  return signer.sign(claims)
}

/** As a platform spells an address, whatever the case of its host and however its path was written. */
function spelled(address: string | undefined): string | undefined {
  return parseUrl(address)?.href ?? address
}

function requireOwn(
  option: string,
  mine: string | undefined,
  member: string,
  asked: string | undefined,
): void {
  if (mine === asked) return
  throw new TypeError(
    mine === undefined
      ? `${caller}: ${option} is missing: the challenge has ${member}, which must be yours`
      : `${caller}: ${member} of the challenge is not ${option}. Do not answer it: somebody may want to register your key as theirs`,
  )
}
