import { audience, lifetime, origin, projectId, type Alg, type KeySet } from '../platform.js'
import { signTokens } from '../tokens.js'

export const sessionIssuer = audience

/** Honest sessions, as `createSessionIssuer` makes them. */
export function signSessions(keys: KeySet, alg: Alg, count: number): Promise<readonly string[]> {
  return signTokens(keys, alg, count, () => ({
    header: { typ: 'at+jwt' },
    claims: {
      iss: sessionIssuer,
      aud: sessionIssuer,
      client_id: projectId,
      proj_id: undefined,
      proj_kid: 'key-1',
      scope: 'portal:read',
      origin,
      exp: Math.floor(Date.now() / 1000) + lifetime,
    },
  }))
}
