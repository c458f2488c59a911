import { clock, readClock } from '../time/clock.js'
import type { KeyStore } from '../keys/key-store.js'
import { objectWith } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import { condensed, maxSingleSessions } from './condensed.js'
import { acceptedAfterExpiry, issuersTolerance, retention, type RevocationList } from './revocation-list.js'
import type { RevocationStore, SessionFacts, SessionRevocation } from './revocation-store.js'

export interface MemoryRevocationsOptions {
  /** That of the verifier: asked whether a key is revoked before the sessions of that key are ended. */
  readonly keyStore: KeyStore
  /** Epoch seconds. Default: the system's clock. */
  readonly clock?: () => number
}

interface ProjectEndings {
  before: number
  readonly kids: Map<string, number>
  readonly sessions: Map<string, { readonly endedAt: number; readonly until: number }>
}

const readOptions = optionsReader('MemoryRevocations', {
  keyStore: objectWith<KeyStore>('find', 'the key store of the verifier'),
  clock,
} satisfies OptionsOf<MemoryRevocationsOptions>)

/**
 * Ended sessions in the memory of one process, for a platform of one process without a registry: a restart forgets them, and the
 * sessions go on until they expire. With a registry take `RegistryRevocations`, which knows of suspended projects and revoked keys by
 * itself.
 *
 * Throws a TypeError for a wrong option.
 *
 * @example
 * const revocations = new MemoryRevocations({ keyStore })
 */
export class MemoryRevocations implements RevocationStore {
  private readonly keyStore: KeyStore
  private readonly clock: () => number
  private readonly projects = new Map<string, ProjectEndings>()
  private lastTime = -Infinity

  constructor(options: MemoryRevocationsOptions) {
    const { keyStore, clock } = readOptions(options)
    this.keyStore = keyStore
    this.clock = clock
  }

  isRevoked({ id, projectId, kid, issuedAt }: SessionFacts): boolean {
    const endings = this.projects.get(projectId)
    return (
      endings !== undefined &&
      (issuedAt <= endings.before || endings.kids.has(kid) || endings.sessions.has(id))
    )
  }

  async revoke(revocation: SessionRevocation): Promise<void> {
    const { projectId, kid, sessionId } = revocation
    if (kid !== undefined) await this.requireRevokedKey(projectId, kid)
    const now = readClock(this.clock)
    this.forget(now)
    const endings = this.endingsOf(projectId)
    if (kid !== undefined) endings.kids.set(kid, now)
    else if (sessionId === undefined) endings.before = now + issuersTolerance
    else if (endings.sessions.has(sessionId) || revocation.expiresAt + acceptedAfterExpiry <= now) return
    else if (endings.sessions.size < maxSingleSessions)
      endings.sessions.set(sessionId, { endedAt: now, until: revocation.expiresAt })
    else {
      endings.before = now + issuersTolerance
      endings.sessions.clear()
    }
  }

  list(): Promise<RevocationList> {
    const now = readClock(this.clock)
    this.forget(now)
    const all = Array.from(this.projects)
    // Two lists of one millisecond are two.
    this.lastTime = Math.max(now, this.lastTime + 1e-6)
    return Promise.resolve(
      condensed({
        generatedAt: this.lastTime,
        projects: all.flatMap(([project, { before }]) => (before > -Infinity ? [{ project, before }] : [])),
        keys: all.flatMap(([project, { kids }]) =>
          Array.from(kids, ([kid, revokedAt]) => ({ project, kid, revokedAt })),
        ),
        sessions: all.flatMap(([project, { sessions }]) =>
          Array.from(sessions, ([session, times]) => ({ project, session, ...times })),
        ),
      }),
    )
  }

  /** Else the holder of the key would get the next session at once. */
  private async requireRevokedKey(projectId: string, kid: string): Promise<void> {
    const key = await this.keyStore.find(projectId, kid)
    if (key?.revokedAt !== undefined) return
    throw new TypeError('revoke: kid is of a key that is not revoked; revoke the key first, where it is kept')
  }

  private endingsOf(projectId: string): ProjectEndings {
    const found = this.projects.get(projectId) ?? { before: -Infinity, kids: new Map(), sessions: new Map() }
    this.projects.set(projectId, found)
    return found
  }

  private forget(now: number): void {
    for (const [projectId, { before, kids, sessions }] of this.projects) {
      for (const [kid, revokedAt] of kids) if (revokedAt + retention < now) kids.delete(kid)
      for (const [session, { until }] of sessions)
        if (until + acceptedAfterExpiry < now) sessions.delete(session)
      if (before + retention < now && kids.size === 0 && sessions.size === 0) this.projects.delete(projectId)
    }
  }
}
