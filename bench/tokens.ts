import { constants, createHmac, randomBytes, randomUUID, sign, type SignKeyObjectInput } from 'node:crypto'
import { audience, issuer, kidOf, lifetime, projectId, tokenType, type Alg, type KeySet } from './platform.js'

/** What differs from the honest token. */
export interface Difference {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Honest tokens, each with a jti of its own, signed on the thread pool before anything is timed. */
export async function signTokens(
  keys: KeySet,
  alg: Alg,
  count: number,
  difference: (item: number) => Difference = () => ({}),
): Promise<readonly string[]> {
  const tokens: string[] = []
  let begun = 0
  const lane = async () => {
    for (let item = begun++; item < count; item = begun++) {
      const input = signingInput(alg, difference(item))
      tokens[item] = flat(`${input}.${encode(await signature(keys, alg, input))}`)
    }
  }
  await Promise.all([lane(), lane(), lane(), lane()])
  return tokens
}

/** One bit of the signature differs. */
export function flipped(token: string): string {
  const start = token.lastIndexOf('.') + 1
  const bytes = Buffer.from(token.slice(start), 'base64url')
  const middle = bytes.length >> 1
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  return flat(token.slice(0, start) + encode(bytes))
}

/** Never an honest token: text, then segments of the right shape, then JSON that says alg none. */
export const rubbish = {
  text: () => randomBytes(200).toString('latin1'),
  segments: () => flat([50, 150, 256].map((bytes) => encode(randomBytes(bytes))).join('.')),
  algNone: (alg: Alg) => flat(`${signingInput(alg, { header: { alg: 'none' } })}.`),
  /** Signed with the public key as an HMAC secret. */
  hmac(keys: KeySet, alg: Alg) {
    const input = signingInput(alg, { header: { alg: 'HS256' } })
    const secret = keys.publicKeys[alg].export({ format: 'pem', type: 'spki' })
    return flat(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`)
  },
}

/** What comes with a request is one piece of text; a joined string is a tree, which its first reader would have to flatten. */
export function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

export function times<T>(count: number, make: (item: number) => T): T[] {
  return Array.from({ length: count }, (_, item) => make(item))
}

function signingInput(alg: Alg, { header, claims }: Difference): string {
  const now = Math.floor(Date.now() / 1000)
  const jti = randomUUID()
  return [
    { alg, kid: kidOf(alg), typ: tokenType, ...header },
    {
      iss: issuer,
      sub: projectId,
      aud: audience,
      proj_id: projectId,
      jti,
      iat: now,
      exp: now + lifetime,
      ...claims,
    },
  ]
    .map((part) => encode(JSON.stringify(part)))
    .join('.')
}

function signature(keys: KeySet, alg: Alg, input: string): Promise<Buffer> {
  const key: SignKeyObjectInput = { key: keys.privateKeys[alg], ...parameters[alg] }
  return new Promise((resolve, reject) => {
    sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), key, (error, bytes) => {
      if (error === null) resolve(bytes)
      else reject(error)
    })
  })
}

/** RFC 7518 section 3 as node:crypto spells it. */
const parameters: Readonly<Record<Alg, Omit<SignKeyObjectInput, 'key'>>> = {
  ES256: { dsaEncoding: 'ieee-p1363' },
  RS256: {},
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  EdDSA: {},
}

function encode(bytes: string | Buffer): string {
  return Buffer.from(bytes as string).toString('base64url')
}
