import { JwtVerifier } from 'aws-jwt-verify'
import { audience, issuer } from '../platform.js'
import { awaited, inline, type Contestant } from './contestant.js'

export const awsJwtVerify: Contestant = {
  name: 'aws-jwt-verify',
  note: '`JwtVerifier` with the key set given by `cacheJwks`; verifies on the main thread; no PS256; for unknown kids `verifySync`, which fetches nothing',
  peer: true,
  begin({ alg, keys, tokens, byKid }) {
    if (alg === 'PS256') return undefined
    const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}jwks.json` })
    verifier.cacheJwks(structuredClone(keys.jwks) as Parameters<typeof verifier.cacheJwks>[0])
    // The other form would ask the network for a kid that it does not know.
    if (byKid) return inline(tokens, (token) => verifier.verifySync(token))
    return awaited(tokens, (token) => verifier.verify(token))
  },
}
