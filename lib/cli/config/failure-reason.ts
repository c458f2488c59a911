import { inAscii } from '../../options/quoted.js'

/** Why something failed, for a sentence, and what to do where that is known. */
export interface FailureReason {
  readonly text: string
  readonly fix?: string
}

const start = 'Start it, or correct its address in the module.'
const address =
  'Correct its address in the module; in a URL, what is special in a password is encoded: %23 for #.'
const login = 'Correct the user and the password in the module, or in the variable that it reads.'
const wait = 'Wait until it is ready, and look again.'
const noSchema = 'the schema reverse_jwt is missing, or older than this reverse-jwt'
const migrate = 'As the owner of the schema: await store.migrate()'
const trust =
  'Let the client trust the authority that issued the certificate, and call the server by the name in it.'

/** Codes of Node, SQLSTATEs, and the words that errors of Redis begin with. What they mean is said here, for drivers quote what they were given. */
const meanings: ReadonlyMap<string, readonly [text: string, fix: string]> = new Map([
  ['ECONNREFUSED', ['nothing listens at its address', start]],
  ['ECONNRESET', ['the connection was cut', start]],
  ['EPIPE', ['the connection was cut', start]],
  ['ETIMEDOUT', ['there was no connection in time', start]],
  ['EHOSTUNREACH', ['there is no way to its address', start]],
  ['ENETUNREACH', ['there is no way to its address', start]],
  ['ENOTFOUND', ['its host name is not known', address]],
  ['EAI_AGAIN', ['its host name cannot be looked up', address]],
  ['ERR_INVALID_URL', ['its address is no URL', address]],
  ['ERR_SOCKET_BAD_PORT', ['its port is no port', address]],
  ['CERT_HAS_EXPIRED', ['its certificate has expired', 'Renew the certificate of the server.']],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', ['its certificate is not trusted', trust]],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['its certificate is not trusted', trust]],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', ['its certificate is not trusted', trust]],
  ['ERR_TLS_CERT_ALTNAME_INVALID', ['its certificate has another name', trust]],
  ['28P01', ['the password is wrong', login]],
  ['28000', ['this user may not log in', login]],
  ['3D000', ['there is no such database', 'Create the database, or correct its name in the module.']],
  ['53300', ['all of its connections are in use', 'Raise max_connections, or lower the max of pools.']],
  ['57P03', ['it starts or stops', wait]],
  ['42501', ['a right is missing', 'As the owner, run the SQL of grants(), again after each migrate().']],
  ['3F000', [noSchema, migrate]],
  ['42P01', [noSchema, migrate]],
  ['42703', [noSchema, migrate]],
  ['NOAUTH', ['it wants a password', login]],
  ['WRONGPASS', ['the user or the password is wrong', login]],
  ['NOPERM', ['its user may not do that', 'Give the user the rights that docs/replay.md names.']],
  ['LOADING', ['it loads its data', wait]],
  ['MASTERDOWN', ['its master is away', wait]],
  ['CLUSTERDOWN', ['its cluster is down', wait]],
])

/** What may be a code, where an error has one apart from its words. */
const codeForm = /^(?:[0-9A-Z]{5}|E[A-Z]{2,20}|E(?:RR|AI)_[0-9A-Z_]{2,60}|MODULE_NOT_FOUND)$/
const anError = 'an error'
/** Of which the cause tells more. */
const isUnspecific = /^(?:an error|Error|StoreError|StoreUnusableError)$/
const kindForm = /^[A-Z][A-Za-z]{2,40}$/

/** For a database that is none, or has a `query` that works otherwise. */
export const otherAnswer = 'it answered something else than what it was asked'

/** Sentences of this package that quote nothing. */
const ownSentences: readonly RegExp[] = [
  /^(?:the database|the store|it) did not answer within \d+ ms$/,
  new RegExp(`^${otherAnswer}$`),
  /^no answer within \d+ ms$/,
  /^no connection in time$/,
  /^the cluster shows no master$/,
  /^there was no signature within \d+ ms$/,
  /^the function signingKeys gave no keys(?: within \d+ ms)?$/,
  /^the current key signs elsewhere$/,
  /^The signature of the remote signer is not of the key in publicJwk$/,
]
/** Of what is said of a wrong option. Values that may be secrets are not in it. */
const owners =
  'createVerifier|createSessionIssuer|signingKeys|createRegistry|RedisReplayStore|MemoryReplayStore|MemoryKeyStore|CachedKeyStore|PostgresProjectStore|RegistryRevocations|AllowedOrigins|listenWithPg|recordEvents'
const ownMistake = new RegExp(`^(?:(?:${owners}): |The remote signer )[\\x20-\\x7E]{1,300}$`)

const notShown = 'its words are not shown, for they may hold a secret'
const maxCauses = 5

/**
 * Why something failed, without the words of a driver or of the platform: these may quote a connection string, a password, or what
 * stands where a host name should. Known codes are explained, other codes named, sentences of this package repeated.
 */
export function reasonOf(error: unknown): FailureReason {
  const causes = causesOf(error)
  const [own] = causes.flatMap(ownWords)
  if (own !== undefined) return { text: own }
  const codes = causes.flatMap(codesOf)
  const known = codes.find((code) => meanings.has(code)) ?? codes[0]
  if (known !== undefined) return reasonOfCode(known)
  const kind = causes.map(kindOf).find((one) => !isUnspecific.test(one)) ?? anError
  return { text: `${kind}: ${notShown}` }
}

/** The same for words that are all that is left of an error. */
export function reasonInWords(words: string): FailureReason {
  if (ownSentences.some((sentence) => sentence.test(words))) return { text: words }
  const known = words.split(/[^0-9A-Z_]+/).find((word) => meanings.has(word))
  return known === undefined ? { text: `${anError}: ${notShown}` } : reasonOfCode(known)
}

/** The class of an error, for a sentence. */
export function kindOf(error: unknown): string {
  const name = textIn(error, 'name')
  return name !== undefined && kindForm.test(name) ? name : anError
}

export function codesOf(error: unknown): string[] {
  const code = textIn(error, 'code')
  const [word = ''] = (textIn(error, 'message') ?? '').split(' ', 1)
  return [
    ...(code !== undefined && (codeForm.test(code) || meanings.has(code)) ? [code] : []),
    ...(meanings.has(word) ? [word] : []),
  ]
}

function reasonOfCode(code: string): FailureReason {
  const [text, fix] = meanings.get(code) ?? []
  return { text: text === undefined ? code : `${code}: ${text}`, ...(fix !== undefined && { fix }) }
}

function ownWords(error: unknown): string[] {
  const words = typeof error === 'string' ? error : textIn(error, 'message')
  if (words === undefined) return []
  if (ownSentences.some((sentence) => sentence.test(words))) return [words]
  return error instanceof TypeError && ownMistake.test(words) ? [withoutUserinfo(words)] : []
}

/** Somebody may have put a connection string where a name belongs. What a password must encode, as / and @, many do not. */
export function withoutUserinfo(words: string): string {
  return inAscii(words.replaceAll(/:\/\/\S*@/g, '://...@'))
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = []
  for (
    let cause = error;
    cause !== undefined && causes.length < maxCauses;
    cause = memberOf(cause, 'cause')
  ) {
    causes.push(cause)
    const [first] = listIn(cause, 'errors')
    if (first !== undefined) causes.push(first)
  }
  return causes
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name)
  return Array.isArray(list) ? list : []
}

function textIn(value: unknown, name: string): string | undefined {
  const text = memberOf(value, name)
  return typeof text === 'string' ? text : undefined
}

/** What was thrown may be anything, also what cannot be asked. */
function memberOf(value: unknown, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>> | null | undefined)?.[name]
  } catch {
    return undefined
  }
}
