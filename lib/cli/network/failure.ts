/** Why there was no answer. */
export interface Failure {
  readonly text: string
  readonly fix: string
  /** Whether it is known that somebody is there. */
  readonly isReached: boolean
}

type Words = readonly [text: string, fix: string]

const address =
  'Is the address right, and can this machine reach it? No proxy is used, whatever HTTPS_PROXY says'

const unreachable: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['ENOTFOUND', ['there is no such name', 'Is the name in the URL right?']],
  ['EAI_AGAIN', ['no name server answered', 'Is this machine connected to a network?']],
  ['ECONNREFUSED', ['nothing listens there (connection refused)', 'Does it run, and is the port right?']],
  ['ECONNRESET', ['the connection was closed before an answer came', address]],
  ['EPIPE', ['the connection was closed before an answer came', address]],
  ['EHOSTUNREACH', ['there is no way to it from this machine', address]],
  ['ENETUNREACH', ['there is no way to it from this machine', address]],
  ['ETIMEDOUT', ['nothing answered', address]],
])

const wholeChain =
  'The platform must send all certificates between its own and the root. Is the root your own? Name its file in NODE_EXTRA_CA_CERTS'
const unknownSigner =
  'who signed the certificate is not known here, or a certificate between this one and its root is missing'
const renew = 'The platform must renew its certificate'

const untrusted: ReadonlyMap<string, Words> = new Map<string, Words>([
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    [
      'the certificate is for another name',
      'Is the name in the URL right? Else the platform needs a certificate for it',
    ],
  ],
  ['CERT_HAS_EXPIRED', ['the certificate has expired', renew]],
  [
    'CERT_NOT_YET_VALID',
    [
      'the certificate is not valid yet',
      'Is the clock of this machine right? Else the platform must use an older certificate',
    ],
  ],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    [
      'the certificate is signed with its own key, not by an authority',
      'The platform needs a certificate of an authority. Is it your test server? Name its certificate in NODE_EXTRA_CA_CERTS',
    ],
  ],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['the root of the certificate is not known here', wholeChain]],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', [unknownSigner, wholeChain]],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', [unknownSigner, wholeChain]],
  ['CERT_REVOKED', ['the certificate was revoked', renew]],
])

const tooOld: Words = ['there is no TLS 1.2 or newer', 'The platform must allow TLS 1.2 and 1.3']
const noTls: Words = [
  'what answers there does not speak TLS',
  'Is the port right? The platform must answer by https',
]
const noHttp: Words = [
  'what answers there does not speak HTTP, or sends more headers than are read',
  'Is the port right?',
]

/** Says why a request or a handshake failed. Holds nothing that was received. */
export function failureOf(error: unknown, isLate: boolean, timeoutMs: number): Failure {
  if (isLate) return { text: `nothing answered within ${timeoutMs / 1000} s`, fix: address, isReached: false }
  const code = String((error as NodeJS.ErrnoException | undefined)?.code)
  const known = unreachable.get(code)
  if (known !== undefined) return { text: known[0], fix: known[1], isReached: false }
  const [text, fix] = untrusted.get(code) ?? protocolFault(code) ?? otherFault(code)
  return { text, fix, isReached: true }
}

function protocolFault(code: string): Words | undefined {
  if (code.startsWith('HPE_')) return noHttp
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|VERSION_TOO_LOW/.test(code)) return tooOld
  return /^ERR_SSL_|^EPROTO$/.test(code) ? noTls : undefined
}

/** Names of Node and OpenSSL. */
function otherFault(code: string): Words {
  return [
    `the connection failed (${/^[A-Z0-9_]{1,60}$/.test(code) ? code : 'for an unknown reason'})`,
    address,
  ]
}
