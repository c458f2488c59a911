import { StoreError } from '../errors.js'
import { readClock, secondsSince, type Clock } from '../time/clock.js'
import { issuersTolerance, type RevocationList } from './revocation-list.js'
import type { SessionFacts } from './revocation-store.js'

interface ProjectEndings {
  before: number
  readonly kids: Set<string>
}

/** How far the clock of a list may be from that of its reader, in seconds. */
const maxClockDifference = 60

/**
 * The newest list at hand, to be asked for each request. A list that is too old says nothing: then nobody knows what has ended.
 *
 * Its age counts from the beginning of the read that brought it, by the monotonic clock, which nobody sets.
 */
export class EndedSessions {
  private readonly maxStaleness: number
  private readonly clock: Clock
  private generatedAt = -Infinity
  private readSince = NaN
  private allBefore = -Infinity
  private projects: ReadonlyMap<string, ProjectEndings> = new Map()
  private sessions: ReadonlySet<string> = new Set()

  /** `maxStaleness` is in seconds. */
  constructor({ maxStaleness, clock }: { readonly maxStaleness: number; readonly clock: Clock }) {
    this.maxStaleness = maxStaleness
    this.clock = clock
  }

  /** Seconds since the list at hand began to be read; NaN before the first one. */
  get age(): number {
    return secondsSince(this.readSince)
  }

  get entries(): number {
    return this.projects.size + this.sessions.size
  }

  /**
   * Takes a list in the place of the one at hand. `readSince` is what `performance.now()` said before it was asked for.
   *
   * Throws an Error for one that is not newer, as a copy that a cache kept, and for one whose clock is another: neither shows that
   * anybody still writes the list, so the one at hand stays, and its age goes on.
   */
  keep({ generatedAt, allBefore = -Infinity, revocations }: RevocationList, readSince: number): void {
    const behind = readClock(this.clock) - generatedAt
    if (!(Math.abs(behind) <= maxClockDifference))
      throw new Error(`its time is more than ${maxClockDifference} s from the clock here`)
    if (!(generatedAt > this.generatedAt)) throw new Error('it is not newer than the one at hand')
    const projects = new Map<string, ProjectEndings>()
    const sessions = new Set<string>()
    const endingsOf = (project: string): ProjectEndings => {
      const endings = projects.get(project) ?? { before: -Infinity, kids: new Set() }
      projects.set(project, endings)
      return endings
    }
    for (const entry of revocations) {
      if ('session' in entry) sessions.add(entry.session)
      else if ('kid' in entry) endingsOf(entry.project).kids.add(entry.kid)
      else {
        const endings = endingsOf(entry.project)
        endings.before = Math.max(endings.before, entry.before ?? Infinity)
      }
    }
    this.generatedAt = generatedAt
    // A list that was old when it came is as old now: somebody may have kept it.
    this.readSince = readSince - Math.max(0, behind - issuersTolerance) * 1000
    this.allBefore = allBefore
    this.projects = projects
    this.sessions = sessions
  }

  /** Whether the list at hand is young enough to say anything. */
  get isFresh(): boolean {
    return this.age <= this.maxStaleness
  }

  /** Throws a StoreError when the list at hand is too old, or there is none. */
  mustBeFresh(): void {
    if (!this.isFresh) throw tooOld(this.age)
  }

  /** Throws as `mustBeFresh` does. */
  isRevoked({ id, projectId, kid, issuedAt }: SessionFacts): boolean {
    this.mustBeFresh()
    if (issuedAt <= this.allBefore || this.sessions.has(id)) return true
    const endings = this.projects.get(projectId)
    return endings !== undefined && (issuedAt <= endings.before || endings.kids.has(kid))
  }
}

function tooOld(age: number): StoreError {
  const cause = Number.isNaN(age)
    ? 'which sessions have ended was never read'
    : `which sessions have ended was read ${Math.floor(age)} s ago`
  return new StoreError('store_unavailable', { cause, reason: 'revocations_stale' })
}
