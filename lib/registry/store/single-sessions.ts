import { maxSingleSessions, type StoredRevocations } from '../../revocations/condensed.js'

import { acceptedAfterExpiry, issuersTolerance, retention } from '../../revocations/revocation-list.js'
import type { SessionEnd } from './project-store.js'

interface Ended {
  readonly endedAt: number
  readonly until: number
}

/** The single sessions that have ended, in memory. As the statement `endSession` has it, where it says why. */
export class SingleSessions {
  private readonly byProject = new Map<string, Map<string, Ended>>()
  /** Projects that had too many of them. */
  private readonly projects = new Map<string, Ended>()

  /** Whether it made an entry. `now` is the time of the store. */
  end({ projectId, sessionId, expiresAt, at }: SessionEnd, now: number): boolean {
    this.removeExpired(projectId, Math.min(at, now) - acceptedAfterExpiry)
    const ended = this.byProject.get(projectId) ?? new Map<string, Ended>()
    const isLive = (until: number) => until > at - acceptedAfterExpiry
    if (ended.has(sessionId) || !isLive(expiresAt)) return false
    if (Array.from(ended.values()).filter(({ until }) => isLive(until)).length < maxSingleSessions) {
      ended.set(sessionId, { endedAt: at, until: Math.min(expiresAt, at + retention) })
      this.byProject.set(projectId, ended)
    } else {
      const { endedAt = -Infinity, until = -Infinity } = this.projects.get(projectId) ?? {}
      this.projects.set(projectId, {
        endedAt: Math.max(endedAt, at),
        until: Math.max(until, at + retention),
      })
    }
    return true
  }

  ended(now: number): Pick<StoredRevocations, 'projects' | 'sessions'> {
    for (const project of this.byProject.keys()) this.removeExpired(project, now - acceptedAfterExpiry)
    return {
      projects: Array.from(this.projects, ([project, one]) => ({ project, ...one }))
        .filter(({ until }) => until > now)
        .map(({ project, endedAt }) => ({ project, before: endedAt + issuersTolerance })),
      sessions: Array.from(this.byProject, ([project, ended]) =>
        Array.from(ended, ([session, one]) => ({ project, session, ...one })),
      ).flat(),
    }
  }

  private removeExpired(project: string, moment: number): void {
    const ended = this.byProject.get(project)
    for (const [session, { until }] of ended ?? []) if (until <= moment) ended?.delete(session)
    if (ended?.size === 0) this.byProject.delete(project)
  }
}
