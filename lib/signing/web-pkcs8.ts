import { isCertificate, isLocked, isPublic } from '../jwk/private-key-faults.js'
import type { Wrong } from '../options/options.js'

const nothing =
  'is neither PEM nor DER nor a JWK, nor one of them in base64; is it a file name? Read the file first'

/** The PEM text of the one key in PKCS#8 that was given, as PEM or as DER. RFC 5208, RFC 7468. */
export function pkcs8Text(given: string | Uint8Array, wrong: Wrong): string {
  if (typeof given !== 'string')
    return pemOf(btoa(Array.from(given, (byte) => String.fromCharCode(byte)).join('')))
  // Environment variables spell line ends as \n; base64 does not need them.
  const text = given.replaceAll(/\\{1,2}[nr]/g, '\n')
  const labels = Array.from(text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g), ([, label = '']) => label)
  const [label, ...others] = labels.filter((one) => one.endsWith('PRIVATE KEY'))
  if (others.length > 0) throw wrong('holds more than one private key; give one')
  if (label === undefined) throw wrong(labels.length === 0 ? nothing : whatItIs(labels[0] ?? ''))
  if (label.startsWith('ENCRYPTED') || text.includes('Proc-Type: 4,ENCRYPTED')) throw wrong(isLocked)
  if (label !== 'PRIVATE KEY')
    throw wrong(
      `is PEM of ${label}, which WebCrypto does not read; convert it (openssl pkcs8 -topk8 -nocrypt -in key.pem)`,
    )
  const [, base64 = ''] =
    /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text) ?? []
  return pemOf(base64.replaceAll(/\s/g, ''))
}

function whatItIs(label: string): string {
  if (label.includes('CERTIFICATE')) return isCertificate
  return isPublic
}

function pemOf(base64: string): string {
  return `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`
}

/** Object identifiers in DER, and what they stand for. RFC 8017 appendix A, RFC 5480 section 2.1.1.1, RFC 8410 section 3. */
const types: readonly (readonly [oid: string, { readonly kty: string; readonly crv?: string }])[] = [
  ['2a864886f70d010101', { kty: 'RSA' }],
  ['2a8648ce3d030107', { kty: 'EC', crv: 'P-256' }],
  ['2b81040022', { kty: 'EC', crv: 'P-384' }],
  ['2b81040023', { kty: 'EC', crv: 'P-521' }],
  ['2b6570', { kty: 'OKP', crv: 'Ed25519' }],
]

/** The type of a key, by the algorithm that stands at the head of PKCS#8: outer length, version, and then the identifier. */
export function keyTypeOf(pem: string): { readonly kty: string; readonly crv?: string } | undefined {
  const [, base64 = ''] = pem.split('\n')
  // Enough for the identifiers, and not so far as the key itself.
  const head = Array.from(binaryOf(base64.slice(0, 40)), (byte) =>
    byte.charCodeAt(0).toString(16).padStart(2, '0'),
  ).join('')
  return types.find(([oid]) => head.includes(oid))?.[1]
}

function binaryOf(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}
