import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto'
import { jwtVerify } from 'jose'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../lib/index.js'
import { keyPair } from '../spec/helpers/keys.js'
import { audience, now } from '../spec/helpers/mint.js'
import { shop } from '../spec/helpers/platform.js'

export const algs = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const

/** Our verifier as a platform sets it up, for every algorithm, with a replay store. */
export function ourVerifier() {
  const clock = () => now
  return createVerifier({
    audience,
    keyStore: new MemoryKeyStore([shop(algs)]),
    replayStore: new MemoryReplayStore({ clock, projectQuota: 1_000_000 }),
    clock,
  })
}

/** jose's verification with the checks that it has: signature, type, audience, issuer, times. No store, no use counted. */
export function joseVerifier(alg: string): (token: string) => Promise<unknown> {
  const { publicKey } = keyPair(alg)
  const options = {
    algorithms: [alg],
    audience,
    issuer: 'shop',
    typ: 'project-auth+jwt',
    currentDate: new Date(now * 1000),
  }
  return (token: string) => jwtVerify(token, publicKey, options)
}

/** All that a signature check needs, taken out of the token beforehand. */
export interface Signed {
  readonly digest: string | null
  readonly key: VerifyKeyObjectInput
  readonly signingInput: Buffer
  readonly signature: Buffer
}

export function signedBytes(alg: string, tokens: readonly string[]): readonly Signed[] {
  const { publicKey } = keyPair(alg)
  const key = parametersOf(alg, publicKey)
  const digest = alg === 'EdDSA' ? null : 'sha256'
  return tokens.map((token) => {
    const end = token.lastIndexOf('.')
    return {
      digest,
      key,
      signingInput: Buffer.from(token.slice(0, end), 'latin1'),
      signature: Buffer.from(token.slice(end + 1), 'base64url'),
    }
  })
}

export function rawVerifyInline({ digest, signingInput, key, signature }: Signed): void {
  if (!verify(digest, signingInput, key, signature)) throw new Error('a signature of the pool does not match')
}

export function rawVerify(signed: Signed, done: () => void, failed: (error: Error) => void): void {
  const { digest, signingInput, key, signature } = signed
  verify(digest, signingInput, key, signature, (error, matches) => {
    if (matches) done()
    else failed(error ?? new Error('a signature of the pool does not match'))
  })
}

function parametersOf(alg: string, key: KeyObject): VerifyKeyObjectInput {
  if (alg.startsWith('ES')) return { key, dsaEncoding: 'ieee-p1363' }
  if (alg.startsWith('PS')) return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  return { key }
}
