import { refuseUnknownNames } from '../options/option-checks.js'
import { algorithmNamed, algorithmNames, isIdentifier, proofType } from '../protocol.js'
import type { KeyChallenge } from '../types.js'
import { refuseBrowser } from './browser-guard.js'
import { compactSigner } from './compact-signature.js'
import type { PrivateKeyInput } from './private-key.js'
import type { RemoteSigner } from './remote-signer.js'

export interface PossessionOptions {
  /** The private half of the key that the platform has been given, or a signer that keeps it elsewhere. */
  readonly privateKey: PrivateKeyInput | RemoteSigner | undefined
  /** What the platform asked, as it came. */
  readonly challenge: KeyChallenge
  /** The platform's name, as in `createSigner`. A challenge for another platform is not answered. */
  readonly audience: string
  /** Your project at that platform. A challenge for another one is not answered. */
  readonly projectId: string
}

const optionNames: Record<keyof PossessionOptions, true> = {
  privateKey: true,
  challenge: true,
  audience: true,
  projectId: true,
}
const memberNames: Record<keyof KeyChallenge, true> = {
  aud: true,
  proj_id: true,
  kid: true,
  alg: true,
  nonce: true,
  exp: true,
}

/**
 * Proves to a platform that you hold the private half of a key: signs its challenge. Send the proof back; the private key
 * stays here.
 *
 *     { "alg": "ES256", "kid": "key-1", "typ": "project-key-proof+jwt" }
 *     { "aud": "https://platform.example", "proj_id": "shop", "nonce": "pHx...", "exp": 1790000600 }
 *
 * Signs these four claims alone, each checked, under a type that no verifier takes for a project token: a platform cannot make
 * you sign something else. Refuses a challenge whose `aud` or `proj_id` is not yours: somebody could pass on what another platform
 * asks them, to register your key there as theirs.
 *
 * Throws a TypeError that says what is wrong with the challenge or with the key, and never quotes the key. Throws in a browser.
 *
 * @example
 * const proof = await proveKeyPossession({ privateKey, challenge, audience, projectId: 'shop' })
 */
export async function proveKeyPossession(options: PossessionOptions): Promise<string> {
  refuseBrowser()
  refuseUnknownNames(options, optionNames, 'option of proveKeyPossession')
  const { privateKey } = options
  if (privateKey === undefined || privateKey === '') {
    throw new TypeError(
      'proveKeyPossession: privateKey is undefined or empty; is the variable or file that should hold it there?',
    )
  }
  const { kid, alg, ...claims } = checkChallenge(options.challenge)
  requireMine('audience', options.audience, 'aud', claims.aud)
  requireMine('projectId', options.projectId, 'proj_id', claims.proj_id)
  const sign = compactSigner({ privateKey, typ: proofType, kid, alg, caller: 'proveKeyPossession' })
  return sign(claims)
}

function requireMine(option: string, mine: unknown, member: string, asked: string): void {
  if (!isIdentifier(mine)) {
    throw new TypeError(
      `proveKeyPossession: ${option} must be a string of 1 to 256 characters, as in createSigner`,
    )
  }
  if (mine === asked) return
  throw new TypeError(
    `proveKeyPossession: ${member} of the challenge is not ${option}. Do not answer it: somebody may want to register your key as theirs`,
  )
}

/** A copy of the members that are signed, and of no other. */
function checkChallenge(challenge: KeyChallenge): KeyChallenge {
  refuseUnknownNames(challenge, memberNames, 'member of a challenge')
  const { aud, proj_id, kid, alg, nonce, exp } = challenge
  for (const [name, value] of Object.entries({ aud, proj_id, kid, nonce })) {
    if (isIdentifier(value)) continue
    throw new TypeError(
      `proveKeyPossession: ${name} of the challenge must be a string of 1 to 256 characters`,
    )
  }
  if (!Number.isFinite(exp)) throw new TypeError('proveKeyPossession: exp of the challenge must be a number')
  if (alg === undefined) return { aud, proj_id, kid, nonce, exp }
  const algorithm = algorithmNamed(alg)
  if (algorithm === undefined) {
    throw new TypeError(`proveKeyPossession: alg of the challenge must be one of ${algorithmNames}`)
  }
  return { aud, proj_id, kid, alg: algorithm, nonce, exp }
}
