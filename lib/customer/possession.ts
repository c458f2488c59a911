import { algorithm, identifier, required } from '../options/kinds.js'
import { membersReader, optionsReader, type OptionsOf, type Wrong } from '../options/options.js'
import { proofType } from '../protocol.js'
import type { KeyChallenge } from '../types.js'
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
  readonly challenge: KeyChallenge
  /** The platform's name, as in `createSigner`. A challenge for another platform is not answered. Default: that of the key file. */
  readonly audience?: string
  /** Your project at that platform. A challenge for another one is not answered. Default: that of the key file. */
  readonly projectId?: string
}

const caller = 'proveKeyPossession'
const readOptions = optionsReader(caller, {
  ...keyOptions,
  challenge: (given: unknown) => readChallenge(given),
  audience: identifier,
  projectId: identifier,
} satisfies OptionsOf<KeyPossessionOptions>)

const ofThePlatform = 'give the challenge as it came from the platform'
const readChallenge = membersReader(
  'proveKeyPossession, challenge',
  {
    aud: required(identifier, ofThePlatform),
    proj_id: required(identifier, ofThePlatform),
    kid: required(identifier, ofThePlatform),
    alg: algorithm,
    nonce: required(identifier, ofThePlatform),
    exp,
  } satisfies OptionsOf<KeyChallenge>,
  'member',
)

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
 * you sign something else. Refuses a challenge whose `aud` or `proj_id` is not yours: somebody could pass on what another
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
  const { kid, alg, ...claims } = given.challenge
  requireOwn('audience', audience, 'aud', claims.aud)
  requireOwn('projectId', projectId, 'proj_id', claims.proj_id)
  const signer = compactSigner({ privateKey: material, typ: proofType, kid, alg, caller })
  return signer.sign(claims)
}

function requireOwn(option: string, mine: string, member: string, asked: string): void {
  if (mine === asked) return
  throw new TypeError(
    `${caller}: ${member} of the challenge is not ${option}. Do not answer it: somebody may want to register your key as theirs`,
  )
}
