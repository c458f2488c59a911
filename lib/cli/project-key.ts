import { readPrivateHalf, type PrivateHalf } from '../jwk/private-half.js'
import { thumbprint } from '../jwk/thumbprint.js'
import { algorithmNamed, defaultAlgorithmFor, type Algorithm } from '../protocol.js'
import { readKeyFile, type KeyFile } from '../signing/key-file.js'
import { usage } from './exit-code.js'
import { readInput } from './input-file.js'
import type { Terminal } from './terminal.js'

/** A private key of a project, from a file. */
export interface ProjectKeyInput {
  /** As it stands in the file: what a signer takes. */
  readonly content: Buffer
  /** The names beside it, where it is a key file. */
  readonly names: KeyFile | undefined
  readonly alg: Algorithm | undefined
  readonly kid: string
  readonly thumbprint: string
  readonly publicJwk: PrivateHalf['publicJwk']
}

/** Reads the file of `--key`. What is wrong with the key is said without a byte of it. */
export async function readProjectKey(path: string, terminal: Terminal): Promise<ProjectKeyInput> {
  const content = await readInput(path, '--key', terminal)
  try {
    return projectKeyIn(content)
  } catch (error) {
    throw sentenceOf(error)
  }
}

/** The key that a file holds. Throws a TypeError that says what is wrong with it, and never quotes it. */
export function projectKeyIn(content: Buffer): ProjectKeyInput {
  const names = readKeyFile(content, '--key')
  const { publicJwk, ...labels } = readPrivateHalf(names?.privateKey ?? content)
  const ofKey = thumbprint(publicJwk)
  return {
    content,
    names,
    alg: algorithmNamed(names?.alg ?? labels.alg) ?? defaultAlgorithmFor(publicJwk),
    kid: names?.kid ?? (typeof labels.kid === 'string' ? labels.kid : ofKey),
    thumbprint: ofKey,
    publicJwk,
  }
}

/**
 * What the options of the package say of a wrong value, as a wrong call of the command; any other error as it is. Their sentences quote
 * no key. They name an option of the package, which the command has under another name.
 */
export function sentenceOf(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error
  const sentence = error.message
    .replace(/^(?:createSigner|proveKeyPossession|--key): /, '')
    .replace(/^proveKeyPossession, challenge: /, '--proof: ')
  return usage(
    Object.entries(optionNames).reduce(
      (text, [from, to]) => text.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to),
      sentence,
    ),
  )
}

const optionNames = {
  privateKey: '--key',
  projectId: '--project',
  audience: '--audience',
  expiresIn: '--expires-in',
  jwksUri: '--jwks-uri',
}
