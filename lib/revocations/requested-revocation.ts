import { identifier, moment, required } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import type { SessionRevocation } from './revocation-store.js'

const members = {
  projectId: required(identifier, 'the id of a project'),
  kid: identifier,
  sessionId: identifier,
  expiresAt: moment,
} satisfies OptionsOf<Record<'projectId' | 'kid' | 'sessionId' | 'expiresAt', unknown>>

/**
 * Makes the reader of what is to be ended. It throws a TypeError, which begins with the method's name; also for a member that is there
 * and undefined, for a session or a kid that got lost must not become all of the project.
 */
export function revocationReader(method: string): (given: unknown) => SessionRevocation {
  const read = optionsReader(method, members, 'member of a revocation')
  return (given) => {
    const { projectId, kid, sessionId, expiresAt } = read(given)
    if (kid !== undefined && sessionId !== undefined)
      throw new TypeError(`${method}: give kid or sessionId, not both`)
    if (sessionId === undefined && expiresAt === undefined)
      return kid === undefined ? { projectId } : { projectId, kid }
    if (sessionId === undefined || expiresAt === undefined)
      throw new TypeError(`${method}: sessionId and expiresAt come together: jti and exp of the session`)
    return { projectId, sessionId, expiresAt }
  }
}
