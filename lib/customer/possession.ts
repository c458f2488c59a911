import { algorithm, identifier, required } from '../options/kinds.js'
import { membersReader, optionsReader, type OptionsOf, type Wrong } from '../options/options.js'
import { proofType } from '../protocol.js'
import type { KeyChallenge } from '../types.js'
import { refuseBrowser } from '../jwk/browser-guard.js'
import { compactSigner } from '../signing/compact-signature.js'
import type { PrivateKeyInput } from '../jwk/private-half.js'
import { privateKey } from '../signing/key-names.js'
import type { ProjectKeyFile } from '../signing/key-file.js'
import type { RemoteSigner } from '../signing/remote-signer.js'

export interface KeyPossessionOptions {
  /** The private half of the key that the platform has been given, or a signer that keeps it elsewhere. */
  readonly privateKey: PrivateKeyInput | RemoteSigner | ProjectKeyFile | undefined
  /** What the platform asked, as it came. */
  readonly challenge: KeyChallenge
  /** The platform's name, as in `createSigner`. A challenge for another platform is not answered. */
  readonly audience: string
  /** Your project at that platform. A challenge for another one is not answered. */
  readonly projectId: string
}

const readOptions = optionsReader('proveKeyPossession', {
  privateKey,
  challenge: (given: unknown) => readChallenge(given),
  audience: required(identifier, "the platform's name, as in createSigner"),
  projectId: required(identifier, 'your project at that platform, as in createSigner'),
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
  const { privateKey, challenge, audience, projectId } = readOptions(options)
  const { kid, alg, ...claims } = challenge
  requireOwn('audience', audience, 'aud', claims.aud)
  requireOwn('projectId', projectId, 'proj_id', claims.proj_id)
  const signer = compactSigner({ privateKey, typ: proofType, kid, alg, caller: 'proveKeyPossession' })
  return signer.sign(claims)
}

function requireOwn(option: string, mine: string, member: string, asked: string): void {
  if (mine === asked) return
  throw new TypeError(
    `proveKeyPossession: ${member} of the challenge is not ${option}. Do not answer it: somebody may want to register your key as theirs`,
  )
}
