import type { ProjectKey } from '../types.js'

/**
 * Where the platform's public keys are.
 *
 * `find` returns the key that the project `projectId` has under `kid`, or undefined or null. Two projects may have the same
 * kid. It throws when it cannot tell: the caller is then answered 503, never 401. A key must come from `admitProjectKey`: to
 * any other object the verifier answers 503. Whether the key is active, revoked, or for the token's algorithm is the verifier's
 * business, not the store's. A key that is stored as revoked is best given a `revokedAt` of 0: then it is refused by a clock
 * that is behind, too.
 *
 * @example
 * const keyStore: KeyStore = {
 *   async find(projectId, kid) {
 *     const row = await database.findKey(projectId, kid)
 *     if (row === undefined) return undefined
 *     const project = { id: projectId, allowedOrigins: row.origins, suspended: row.suspended }
 *     return admitProjectKey(project, { jwk: row.jwk, kid, revokedAt: row.revoked_at && 0 }, { loaded: true })
 *   },
 * }
 */
export interface KeyStore {
  find(projectId: string, kid: string): ProjectKey | null | undefined | Promise<ProjectKey | null | undefined>
}
