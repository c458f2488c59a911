import type { JsonWebKeyInput } from 'node:crypto'
import type { JWK } from 'jose'
import { readPrivateHalf, type PrivateKeyInput } from '../../jwk/private-half.js'
import { thumbprint } from '../../jwk/thumbprint.js'
import { algorithm, identifier, oneOf, unchecked } from '../../options/kinds.js'
import { optionsReader, type OptionsOf } from '../../options/options.js'
import { algorithmNamed, sessionTokenType, type Algorithm, type AlgorithmName } from '../../protocol.js'
import { compactSigner, trialText, type CompactSigner } from '../../signing/compact-signature.js'
import { askRemoteSigner, isRemoteSigner, type RemoteSigner } from '../../signing/remote-signer.js'
import { verifySignature } from '../../verify/signature.js'
import { sessionAlgorithms, sessionKey, type SessionKey } from '../session-key.js'

/** `current`: it signs. `next`: it is published and will sign. `previous`: it is published for as long as its sessions live. */
export type SigningKeyState = 'current' | 'next' | 'previous'

/** A key of the platform that signs sessions, or the public half of one that another region has. */
export interface SigningKeyInput {
  /** In any form that `createSigner` takes, or a remote signer: then the private half never enters the process. */
  readonly privateKey?: PrivateKeyInput | RemoteSigner
  /** With a remote signer: the public half of its key. Alone: a key that is published here, and signs elsewhere. */
  readonly publicJwk?: JsonWebKeyInput['key'] | JWK
  /** Default: that of the key, else the RFC 7638 thumbprint. */
  readonly kid?: string
  /** RS256, ES256, PS256 or EdDSA. Default: that of the key, else RS256 for RSA, ES256 for P-256, EdDSA for Ed25519. */
  readonly alg?: AlgorithmName
  /** Default `current`; of a public half alone `previous`. */
  readonly state?: SigningKeyState
}

/** A key of an issuer. */
export interface SigningKey extends SessionKey {
  readonly state: SigningKeyState
  /** Absent: it signs elsewhere. */
  readonly signer: CompactSigner | undefined
  /** Resolves when it has signed, and its public half has verified that. Nobody can make a session of what is signed. */
  prove(): Promise<void>
}

const read = optionsReader(
  'signingKeys',
  {
    privateKey: unchecked,
    publicJwk: unchecked,
    kid: identifier,
    alg: algorithm,
    state: oneOf<SigningKeyState | 'unset'>('unset', 'current', 'next', 'previous'),
  } satisfies OptionsOf<SigningKeyInput>,
  'member of a key',
)

/** Reads a key. Throws a TypeError that says what is wrong, and never quotes the key. */
export function readSigningKey(input: unknown): SigningKey {
  const { privateKey, publicJwk, kid, alg, state } = read(input)
  if (privateKey === undefined && publicJwk === undefined)
    throw new TypeError('signingKeys: a key needs privateKey, or publicJwk where it signs elsewhere')
  const key =
    privateKey === undefined
      ? {
          ...withCaller(() => sessionKey(publicJwk, { kid: kid ?? thumbprintOf(publicJwk), alg })),
          signer: undefined,
        }
      : isRemoteSigner(privateKey)
        ? remoteKey(privateKey, publicJwk, { kid, alg })
        : localKey(privateKey as PrivateKeyInput, publicJwk, { kid, alg })
  if (!sessionAlgorithms.includes(key.alg))
    throw new TypeError(`signingKeys: the alg of a key must be one of ${sessionAlgorithms.join(', ')}`)
  const fallback = privateKey === undefined ? 'previous' : 'current'
  const chosen = state === 'unset' ? fallback : state
  if (chosen === 'current' && key.signer === undefined)
    throw new TypeError('signingKeys: the current key needs its privateKey')
  return { prove: () => Promise.resolve(), ...key, state: chosen }
}

interface Names {
  readonly kid: string | undefined
  readonly alg: Algorithm | undefined
}

type NamedKey = SessionKey & Pick<SigningKey, 'signer'> & Partial<Pick<SigningKey, 'prove'>>

function localKey(privateKey: PrivateKeyInput, publicJwk: unknown, names: Names): NamedKey {
  if (publicJwk !== undefined)
    throw new TypeError('signingKeys: publicJwk is for a remote signer; leave it out beside a private key')
  const half = withCaller(() => readPrivateHalf(privateKey))
  const labelled = half.alg === undefined ? undefined : algorithmNamed(half.alg)
  const key = withCaller(() =>
    sessionKey(half.publicJwk, {
      kid: names.kid ?? (half.kid as string | undefined) ?? thumbprint(half.publicJwk),
      alg: names.alg ?? labelled,
    }),
  )
  const signer = signerOf(privateKey, key)
  return { ...key, signer, prove: () => signer.tryKey() }
}

function remoteKey(remote: RemoteSigner, publicJwk: unknown, names: Names): NamedKey {
  if (publicJwk === undefined)
    throw new TypeError('signingKeys: a remote signer needs publicJwk, the public half of its key')
  const alg = names.alg ?? algorithmNamed(remote.alg)
  const key = withCaller(() => sessionKey(publicJwk, { kid: names.kid ?? remote.kid, alg }))
  let isProved = false
  const prove = async () => {
    const signature = Buffer.from(await askRemoteSigner(remote, new TextEncoder().encode(trialText)))
    try {
      await verifySignature(key, { signingInput: trialText, signature })
    } catch (cause) {
      throw new Error('The signature of the remote signer is not of the key in publicJwk', { cause })
    }
    isProved = true
  }
  const signer = signerOf(remote, key)
  return {
    ...key,
    prove,
    signer: {
      ...signer,
      // A pair that does not fit would make sessions that every service refuses.
      async sign(claims) {
        if (!isProved) await prove()
        return signer.sign(claims)
      },
    },
  }
}

function signerOf(privateKey: PrivateKeyInput | RemoteSigner, { kid, alg }: SessionKey): CompactSigner {
  return compactSigner({ privateKey, typ: sessionTokenType, kid, alg, caller: 'signingKeys' })
}

function thumbprintOf(jwk: unknown): string | undefined {
  const { kid } = (jwk ?? {}) as JWK & { kid?: unknown }
  return kid === undefined ? thumbprint(jwk as JWK) : undefined
}

function withCaller<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`signingKeys: ${error.message}`) : error
  }
}
