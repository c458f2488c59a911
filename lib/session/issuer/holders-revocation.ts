import { limits, sessionTokenType, isIdentifier, algorithms } from '../../protocol.js'
import { AuthenticationError, outageFrom } from '../../errors.js'
import { acceptedAfterExpiry } from '../../revocations/revocation-list.js'
import type { RevocationStore } from '../../revocations/revocation-store.js'
import { readClock } from '../../time/clock.js'
import { compactReader, isType } from '../../verify/compact.js'
import { verifySignature } from '../../verify/signature.js'
import { malformed, type EndpointRequest } from './endpoint.js'
import type { OAuthAnswer } from './oauth-error.js'
import type { SessionIssuerSettings } from './options.js'
import type { SigningKeys } from './signing-keys.js'

/** A session of this issuer, whatever its times. */
interface OwnSession {
  readonly id: string
  readonly projectId: string
  readonly kid: string
  readonly issuedAt: number
  readonly expiresAt: number
}

type Revoke = (session: OwnSession) => Promise<void>

/**
 * Ends the session that is posted: whoever holds it may. Checks its signature, not its expiry. What is no session of this issuer, has
 * expired or has ended is answered like the others: nobody learns anything. RFC 7009 section 2.
 */
export function holdersRevocation(
  { issuer, clock }: SessionIssuerSettings,
  keys: SigningKeys,
  revocations: RevocationStore,
  revoke: Revoke,
) {
  const readCompact = compactReader({
    algorithms: new Set(algorithms.keys()),
    maxTokenLength: limits.tokenLength.default,
    isAllowedType: (typ) => isType(typ, sessionTokenType),
  })

  async function ownSession(token: string): Promise<OwnSession | undefined> {
    const unverified = readCompact(token)
    const key = await keys.find(unverified.unverifiedHeader.kid)
    if (key?.alg !== unverified.alg) return undefined
    await verifySignature(key, unverified)
    const { iss, jti, client_id, proj_kid, iat, exp } = unverified.unverifiedClaims
    const isWhole = isIdentifier(jti) && isIdentifier(client_id) && isIdentifier(proj_kid)
    if (iss !== issuer || !isWhole || typeof iat !== 'number' || typeof exp !== 'number') return undefined
    return { id: jti, projectId: client_id, kid: proj_kid, issuedAt: iat, expiresAt: exp }
  }

  return async ({ form }: EndpointRequest): Promise<OAuthAnswer> => {
    const token = form.get('token')
    if (token === undefined || token === '')
      throw malformed('The parameter token is missing: the session to end.')
    const session = await ownSession(token).catch((error: unknown) => {
      if (error instanceof AuthenticationError) return undefined
      throw error
    })
    const isOver = session === undefined || session.expiresAt + acceptedAfterExpiry <= readClock(clock)
    if (!isOver && !(await hasEnded(revocations, session))) {
      await revoke(session).catch((error: unknown) => {
        throw outageFrom(error, 'revocations_failed')
      })
    }
    return { status: 200, body: {} }
  }
}

/** What has ended needs no entry. Where nobody can tell it gets one. */
async function hasEnded(revocations: RevocationStore, session: OwnSession): Promise<boolean> {
  try {
    return await revocations.isRevoked(session)
  } catch {
    return false
  }
}
