import { kindOfDer } from './der.js'
import { isAbsent, type JwkMembers } from './jwk-labels.js'
import type { PemBlocks } from './pem.js'
import type { KeySpelling } from './spelling.js'

const exposed =
  'this is a private key. It must stay with the customer: treat it as exposed, make a new pair and give only the public half'
const byOpenssl = '(openssl pkey -in key.pem -pubout)'
const byNode = '(createPublicKey of node:crypto makes it)'
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

function refusePem(pem: PemBlocks): void {
  if (pem.labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    throw new TypeError(`${exposed} ${byOpenssl}`)
  }
  // Under the label of a public key. What has several blocks is refused for that.
  const content = pem.contentOf(pem.labels[0] ?? '')
  if (content !== undefined) refuseDer(content)
}

const secretKinds: ReadonlySet<unknown> = new Set(['pkcs8', 'pkcs1', 'sec1', 'locked', 'pkcs12'])

function refuseDer(der: Buffer): void {
  if (secretKinds.has(kindOfDer(der))) throw new TypeError(`${exposed} ${byOpenssl}`)
}

/** In small letters, as some serialisers do not write them. The last ones are of what holds a private key beside others. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv', 'privatekey', 'private_key']

function refuseJwk(jwk: JwkMembers): void {
  const { kty, keys } = jwk
  if (Array.isArray(keys)) {
    for (const key of keys as unknown[]) {
      if (typeof key === 'object' && key !== null) refuseJwk({ ...key, keys: undefined })
    }
  }
  for (const [member, value] of Object.entries(jwk)) {
    const name = member.toLowerCase()
    const isPrivate = privateMembers.includes(name)
    if ((!isPrivate && name !== 'k') || isAbsent(value)) continue
    const isList = Array.isArray(value) && value.length === 0
    // Of the private members only oth is a list: RFC 7518 section 6.3.2.7.
    if (isList && name === 'oth') continue
    // A false alarm would cost a key pair.
    if (isList || value === '') throw new TypeError(`the JWK has an empty ${name}; leave it out`)
    if (!isPrivate) throw new TypeError(symmetric)
    throw new TypeError(`${exposed} (the JWK without ${name} and the other private members)`)
  }
  if (kty === 'oct') throw new TypeError(symmetric)
}
