import { loadPrivateKey } from '#private-key'
import { encode as encodeBase64url } from 'jose/base64url'
import { SignJWT } from 'jose/jwt/sign'
import type { Algorithm } from '../protocol.js'
import type { PrivateKeyInput } from '../jwk/private-half.js'
import { readKeyFile, type ProjectKeyFile } from './key-file.js'
import type { LoadedKey } from './key-names.js'
import { askRemoteSigner, checkRemoteSigner, isRemoteSigner, type RemoteSigner } from './remote-signer.js'

export interface SignatureSettings {
  readonly privateKey: PrivateKeyInput | RemoteSigner | ProjectKeyFile
  readonly typ: string
  readonly kid: string | undefined
  readonly alg: Algorithm | undefined
  /** Who speaks, in errors. */
  readonly caller: string
}

interface Header {
  readonly alg: string
  readonly kid: string
  readonly typ: string
}

export interface CompactSigner {
  sign(claims: Record<string, unknown>): Promise<string>
  /** Resolves when the key is loaded and a signature was made with it, over what is no JWS and no claims set. */
  tryKey(): Promise<void>
}

/** What a key is tried with: nobody can make a token of its signature. */
export const trialText = 'reverse-jwt tries this key'

/** Signs claims sets as compact JWS of one type, with a key in any of its forms. RFC 7515 section 5.1. */
export function compactSigner({ privateKey, typ, kid, alg, caller }: SignatureSettings): CompactSigner {
  if (isRemoteSigner(privateKey))
    return remoteSigner(checkRemoteSigner(privateKey, { alg, caller }), typ, kid)
  const file = readKeyFile(privateKey, caller)
  const key = file?.privateKey ?? privateKey
  const labels = { alg: file?.alg, kid: file?.kid }
  return localSigner(loadPrivateKey(key, { alg, kid, labels, caller }), typ)
}

/** At the edge a key is loaded in its time, elsewhere at once. Whoever loads one signs with it. */
function localSigner(loading: LoadedKey | Promise<LoadedKey>, typ: string): CompactSigner {
  // Whoever signs hears of a failure; nobody may be signing yet.
  Promise.resolve(loading).catch(() => undefined)
  return {
    async sign(claims) {
      const { key, alg, kid } = await loading
      const header: Header = { alg, kid, typ }
      return new SignJWT(claims).setProtectedHeader({ ...header }).sign(key)
    },
    async tryKey() {
      await loading
    },
  }
}

function remoteSigner(remote: RemoteSigner, typ: string, kid = remote.kid): CompactSigner {
  const header: Header = { alg: remote.alg, kid, typ }
  return {
    async sign(claims) {
      const signingInput = [header, claims].map((part) => encodeBase64url(JSON.stringify(part))).join('.')
      const signature = await askRemoteSigner(remote, new TextEncoder().encode(signingInput))
      return `${signingInput}.${encodeBase64url(signature)}`
    },
    async tryKey() {
      await askRemoteSigner(remote, new TextEncoder().encode(trialText))
    },
  }
}
