import { parsedJson } from '../jwk/jwk-text.js'
import type { PrivateKeyInput } from '../jwk/private-half.js'
import { keyText } from './key-text.js'
import type { RemoteSigner } from './remote-signer.js'

/** A private key with all that a signer must know beside it, as platforms and `reverse-jwt keygen` hand it over: one secret. */
export interface ProjectKeyFile {
  readonly type: 'reverse_jwt_project_key'
  readonly project_id?: string
  readonly audience?: string
  readonly kid?: string
  readonly alg?: string
  /** PKCS#8 PEM. */
  readonly private_key: string
}

/** What a key file says, each member a text or absent. */
export interface KeyFile {
  readonly privateKey: string
  readonly projectId: string | undefined
  readonly audience: string | undefined
  readonly kid: string | undefined
  readonly alg: string | undefined
}

type Members = Readonly<Record<string, unknown>>

const type = 'reverse_jwt_project_key'

/** The key file that was given as a private key: its text, the bytes of the file, or what its JSON holds. Undefined for another key. */
export function readKeyFile(
  given: PrivateKeyInput | RemoteSigner | ProjectKeyFile,
  caller: string,
): KeyFile | undefined {
  const members = membersOf(given)
  if (members === undefined || !('private_key' in members)) return undefined
  const wrong = (what: string) => new TypeError(`${caller}: privateKey is a key file ${what}`)
  // Those of Google's service accounts have the same form.
  if (members.type !== type) throw wrong(`of another kind: its type is not "${type}"`)
  const text = (name: string): string | undefined => {
    const value = members[name] ?? undefined
    if (value === undefined || (typeof value === 'string' && value !== '')) return value
    throw wrong(`whose ${name} is no text`)
  }
  const privateKey = text('private_key')
  if (privateKey === undefined) throw wrong('without a private_key')
  return {
    privateKey,
    projectId: text('project_id'),
    audience: text('audience'),
    kid: text('kid'),
    alg: text('alg'),
  }
}

function membersOf(given: unknown): Members | undefined {
  if (typeof given === 'object' && given !== null && 'private_key' in given) return { ...given }
  const text = keyText(given)
  if (text?.startsWith('{') !== true) return undefined
  // Where an environment variable has made line ends of \n, they stand within the text of the key, which JSON does not allow.
  return objectIn(text) ?? objectIn(text.replaceAll(/[\r\n]+/g, ' '))
}

function objectIn(json: string): Members | undefined {
  return parsedJson(json) as Members | undefined
}
