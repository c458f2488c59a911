import { isIdentifier } from '../protocol.js'
import type { RevocationEntry, RevocationList } from './revocation-list.js'

/** Seconds after which a service no longer goes by a list. */
const expiresIn = 60

/**
 * A list as it goes over the wire.
 *
 *     { "generated_at": 1790000000.123456, "expires_in": 60, "revocations": [
 *       { "project": "shop", "before": 1790000000 }, { "project": "shop", "kid": "key-1" },
 *       { "session": "0ee70ce5-...", "until": 1790000600 } ] }
 */
export function listDocument({ generatedAt, allBefore, revocations }: RevocationList): object {
  return {
    generated_at: generatedAt,
    expires_in: expiresIn,
    ...(allBefore !== undefined && { all_before: allBefore }),
    revocations,
  }
}

/**
 * The list that a document is. Throws an Error for what is none: an entry that is not understood could be the one that ends the
 * session in question.
 */
export function listIn(document: Readonly<Record<string, unknown>>): RevocationList {
  const { generated_at: generatedAt, all_before: allBefore, revocations } = document
  if (!isTime(generatedAt)) throw new Error('The list of revocations has no generated_at in epoch seconds')
  if (allBefore !== undefined && !isTime(allBefore))
    throw new Error('The all_before of the list of revocations is no time in epoch seconds')
  if (!Array.isArray(revocations) || !revocations.every(isEntry))
    throw new Error('The list of revocations has no list of entries as this version knows them')
  return { generatedAt, ...(allBefore !== undefined && { allBefore }), revocations }
}

function isEntry(given: unknown): given is RevocationEntry {
  if (typeof given !== 'object' || given === null) return false
  const { project, before, kid, session, until, ...others } = given as Record<string, unknown>
  if (Object.keys(others).length > 0) return false
  if (session !== undefined)
    return isIdentifier(session) && isTime(until) && project === undefined && kid === undefined
  if (!isIdentifier(project) || until !== undefined) return false
  return kid === undefined
    ? before === undefined || isTime(before)
    : isIdentifier(kid) && before === undefined
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
