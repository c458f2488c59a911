import { kindOfDer } from './der.js'
import { isAbsent, type JwkMembers } from './jwk-labels.js'
import type { PemBlocks } from './pem.js'
import { readSpelling, type KeySpelling } from './spelling.js'

const exposed =
  'this is a private key. It must stay with the customer: treat it as exposed, make a new pair and give only the public half'
const byOpenssl = '(openssl pkey -in key.pem -pubout)'
const byNode = '(createPublicKey of node:crypto makes it)'
const byKeygen = '(of a key file, npx reverse-jwt keygen --key project-key.json prints it)'
const symmetric = 'this is a symmetric key; who can verify with it can also sign with it. Give a public key'

/**
 * Throws for a private key and for a shared secret, in whichever form they are given as a public key. Node would make the public
 * half of it and say nothing, and nobody would hear that a secret has left its place.
 */
export function refuseSecrets(found: KeySpelling): void {
  switch (found.form) {
    case 'pem':
      refusePem(found.pem)
      break
    case 'der':
      refuseDer(found.der)
      break
    case 'jwk':
      refuseJwk(found.jwk)
      break
    case 'keyObject':
    case 'cryptoKey':
      if (found.key.type === 'private') throw new TypeError(`${exposed} ${byNode}`)
      if (found.key.type === 'secret') throw new TypeError(symmetric)
  }
}

/** Whether a text is a private key or a shared secret, or holds one, in whichever form. */
export function holdsSecret(given: string | Uint8Array): boolean {
  try {
    refuseSecretText(given)
    refuseSecrets(readSpelling(given, { maxLength: Infinity, wrong: (what) => new NoKey(what) }))
    return false
  } catch (error) {
    return !(error instanceof NoKey)
  }
}

/** What could not be read as a key. */
class NoKey extends TypeError {}

function refusePem(pem: PemBlocks): void {
  if (pem.labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    throw new TypeError(`${exposed} ${byOpenssl}`)
  }
  refuseBeside(pem.outside)
  // Under the label of a public key. What has several blocks is refused for that.
  const content = pem.contentOf(pem.labels[0] ?? '')
  if (content !== undefined) refuseDer(content)
}

/**
 * What is told of a private key in words (`openssl ec -text -pubout` does), in JSON, or under a line that is no line of PEM. Each
 * BEGIN is followed up to the next one only, or a text of nothing but these would be searched to its end for each of them.
 */
const privateText =
  /^[ \t]*(?:priv|privateExponent|prime[12]|exponent[12])[ \t]*:|-----BEGIN[ _-](?:(?!-----BEGIN[ _-])[A-Z _-])*?PRIVATE|"private_key"\s*:|"(?:d|k)"\s*:\s*"[^"]/im

/**
 * Throws for a private key in a text that cannot be read, because it is cut off or escaped in an odd way: whoever gave it has to hear
 * more of it than that.
 */
export function refuseSecretText(given: unknown): void {
  const text = given instanceof Uint8Array ? Buffer.from(given).toString('latin1') : given
  if (typeof text !== 'string') return
  for (const one of [text, Buffer.from(text, 'base64').toString('latin1')]) {
    if (privateText.test(one.replaceAll('\\', ''))) throw new TypeError(`${exposed} ${byOpenssl}`)
  }
}

/** A private half that stands beside the block of its public one. */
function refuseBeside(text: string): void {
  if (privateText.test(text)) throw new TypeError(`${exposed} ${byOpenssl}`)
  const digits = text.replaceAll(/\s/g, '')
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(digits)) refuseDer(Buffer.from(digits, 'base64'))
}

const secretKinds: ReadonlySet<unknown> = new Set(['pkcs8', 'pkcs1', 'sec1', 'locked', 'pkcs12'])

function refuseDer(der: Buffer): void {
  if (secretKinds.has(kindOfDer(der))) throw new TypeError(`${exposed} ${byOpenssl}`)
}

/** Which secret a JWK holds, or what stands in the place of one: for who goes on without it. */
export function secretIn(jwk: JwkMembers): 'private' | 'symmetric' | undefined {
  try {
    refuseJwk(jwk)
    return undefined
  } catch (error) {
    const { message } = error as TypeError
    if (message.startsWith(exposed)) return 'private'
    return message === symmetric ? 'symmetric' : undefined
  }
}

/** In small letters, as some serialisers do not write them. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth']

/** What holds a private key beside others: `privateKey`, `private_key_pem`, `pkcs8`. */
function isOfAPrivateKey(name: string, value: unknown): boolean {
  return /^priv(?:ate)?(?:key(?:pem|jwk)?)?$|^pkcs8$/.test(name) || isPrivatePem(value)
}

const isPrivatePem = (value: unknown) => typeof value === 'string' && value.includes('PRIVATE KEY-----')

function refuseJwk(jwk: JwkMembers): void {
  const { kty, keys } = jwk
  if (Array.isArray(keys)) {
    for (const key of keys as unknown[]) {
      if (typeof key === 'object' && key !== null) refuseJwk({ ...key, keys: undefined })
    }
  }
  for (const [member, value] of Object.entries(jwk)) {
    const name = member.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
    const isPrivate = privateMembers.includes(name) || isOfAPrivateKey(name, value)
    if (typeof value === 'object' && value !== null && ('kty' in value || 'private_key' in value))
      refuseJwk(value)
    if ((!isPrivate && name !== 'k') || isAbsent(value)) continue
    const isList = Array.isArray(value) && value.length === 0
    // Of the private members only oth is a list: RFC 7518 section 6.3.2.7.
    if (isList && name === 'oth') continue
    // A false alarm would cost a key pair.
    if (isList || value === '') throw new TypeError(`the JWK has an empty ${name}; leave it out`)
    if (!isPrivate) throw new TypeError(symmetric)
    // No JWK: without it nothing would be left.
    if (isPrivatePem(value)) throw new TypeError(`${exposed} ${byKeygen}`)
    throw new TypeError(`${exposed} (the JWK without ${name} and the other private members)`)
  }
  if (kty === 'oct') throw new TypeError(symmetric)
}
