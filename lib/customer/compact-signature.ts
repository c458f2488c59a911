import { encode as encodeBase64url } from 'jose/base64url'
import { SignJWT } from 'jose/jwt/sign'
import type { Algorithm } from '../protocol.js'
import type { PrivateKeyInput } from '../jwk/private-half.js'
import { loadPrivateKey, type LoadedKey } from './private-key.js'
import { askRemoteSigner, checkRemoteSigner, isRemoteSigner, type RemoteSigner } from './remote-signer.js'

export interface SignatureSettings {
  readonly privateKey: PrivateKeyInput | RemoteSigner
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

export type SignCompact = (claims: Record<string, unknown>) => Promise<string>

/** Signs claims sets as compact JWS of one type, with a key in any of its forms. RFC 7515 section 5.1. */
export function compactSigner({ privateKey, typ, kid, alg, caller }: SignatureSettings): SignCompact {
  return isRemoteSigner(privateKey)
    ? signRemotely(checkRemoteSigner(privateKey, { alg, caller }), typ, kid)
    : signLocally(loadPrivateKey(privateKey, { alg, kid, caller }), typ)
}

function signLocally({ key, alg, kid }: LoadedKey, typ: string): SignCompact {
  const header: Header = { alg, kid, typ }
  return (claims) => new SignJWT(claims).setProtectedHeader({ ...header }).sign(key)
}

function signRemotely(remote: RemoteSigner, typ: string, kid = remote.kid): SignCompact {
  const header: Header = { alg: remote.alg, kid, typ }
  return async (claims) => {
    const signingInput = [header, claims].map((part) => encodeBase64url(JSON.stringify(part))).join('.')
    const signature = await askRemoteSigner(remote, new TextEncoder().encode(signingInput))
    return `${signingInput}.${encodeBase64url(signature)}`
  }
}
