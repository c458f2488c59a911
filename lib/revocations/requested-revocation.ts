import { identifier, moment, required } from '../options/kinds.js'
import { membersReader, type OptionsOf } from '../options/options.js'
import type { SessionRevocation } from './revocation-store.js'

const members = {
  projectId: required(identifier, 'the id of a project'),
  kid: identifier,
  sessionId: identifier,
  expiresAt: moment,
} satisfies OptionsOf<Record<'projectId' | 'kid' | 'sessionId' | 'expiresAt', unknown>>

/** Makes the reader of what is to be ended. It throws a TypeError, which begins with the method's name. */
export function revocationReader(method: string): (given: unknown) => SessionRevocation {
  const read = membersReader(method, members, 'member of a revocation')
  return (given) => {
    const { projectId, kid, sessionId, expiresAt } = read(given)
    if (kid !== undefined && sessionId !== undefined)
      throw new TypeError(`${method}: give kid or sessionId, not both`)
    if (sessionId === undefined && expiresAt === undefined) return { projectId, kid }
    if (sessionId === undefined || expiresAt === undefined)
      throw new TypeError(`${method}: sessionId and expiresAt come together: jti and exp of the session`)
    return { projectId, sessionId, expiresAt }
  }
}
