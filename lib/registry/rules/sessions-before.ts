import { issuersTolerance } from '../../revocations/revocation-list.js'
import type { ProjectRecord } from '../store/records.js'

/** The project, all of whose sessions that were issued up to now have ended. What has ended once stays so. */
export function withoutSessions<T extends ProjectRecord>(project: T, now: number): T {
  const { sessionsBefore = -Infinity } = project
  return { ...project, sessionsBefore: Math.max(sessionsBefore, now + issuersTolerance) }
}
