import { parsedJson } from '../jwk/jwk-text.js'
import type { PrivateKeyInput } from '../jwk/private-half.js'
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
const maxLength = 65_536

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
  const text =
    given instanceof Uint8Array && given.length <= maxLength ? new TextDecoder().decode(given) : given
  return typeof text === 'string' && text.length <= maxLength ? membersIn(text, maxLayers) : undefined
}

/** Quotes and base64, one within the other, as for any other key. */
const maxLayers = 2

function membersIn(text: string, layers: number): Members | undefined {
  // A byte order mark is white space.
  const bare = text.trim()
  // Where an environment variable has made line ends of \n, they stand within the text of the key, which JSON does not allow.
  if (bare.startsWith('{')) return objectIn(bare) ?? objectIn(bare.replaceAll(/[\r\n]+/g, ' '))
  if (layers === 0 || bare.startsWith('-')) return undefined
  const inner = /^(["']).*\1$/s.test(bare) ? (parsedText(bare) ?? bare.slice(1, -1)) : decoded(bare)
  return inner === undefined ? undefined : membersIn(inner, layers - 1)
}

function objectIn(json: string): Members | undefined {
  return parsedJson(json) as Members | undefined
}

function parsedText(json: string): string | undefined {
  const value = parsedJson(json)
  return typeof value === 'string' ? value : undefined
}

function decoded(base64: string): string | undefined {
  try {
    return atob(base64.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
}
