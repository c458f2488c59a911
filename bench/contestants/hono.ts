import { webcrypto } from 'node:crypto'
import { verify } from 'hono/utils/jwt/jwt'
import { audience, issuer, tokenType, type Alg, type KeySet } from '../platform.js'
import { awaited, type Contestant } from './contestant.js'

const imported: Readonly<Record<Alg, Parameters<typeof webcrypto.subtle.importKey>[2]>> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
}

export const hono: Contestant = {
  name: 'hono/jwt',
  note: '`verify` with a `CryptoKey`, which spares it the import of the key for each token; knows one key, so no kid',
  peer: true,
  begin({ alg, keys, tokens, byKid }) {
    if (byKid) return undefined
    const key = cryptoKey(alg, keys.jwks)
    const options = { alg, aud: audience, iss: issuer, typ: tokenType }
    return awaited(tokens, async (token) => verify(token, await key, options))
  },
}

async function cryptoKey(alg: Alg, { keys }: KeySet['jwks']): Promise<webcrypto.CryptoKey> {
  const jwk = keys.find((key) => key.alg === alg)
  if (jwk === undefined) throw new Error(`the key set has no key for ${alg}`)
  return webcrypto.subtle.importKey('jwk', jwk as webcrypto.JsonWebKey, imported[alg], false, ['verify'])
}
