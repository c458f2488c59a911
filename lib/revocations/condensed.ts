import { isIdentifier } from '../protocol.js'
import { issuersTolerance, type RevocationEntry, type RevocationList } from './revocation-list.js'

/** What a store knows of sessions that have ended, in any order. Times are epoch seconds. */
export interface StoredRevocations {
  /** By the store's clock. */
  readonly generatedAt: number
  /** Without `before`: all sessions of the project. */
  readonly projects: readonly { readonly project: string; readonly before?: number }[]
  readonly keys: readonly { readonly project: string; readonly kid: string; readonly revokedAt: number }[]
  readonly sessions: readonly {
    readonly project: string
    readonly session: string
    readonly endedAt: number
    /** Its `exp`. */
    readonly until: number
  }[]
}

/** Of one project. The next one ends all sessions of the project that were issued up to then. */
export const maxSingleSessions = 100
const maxKids = 20
const maxProjects = 10_000
/** Of the list as JSON. A reader takes 4 MB. */
const maxBytes = 3_500_000
/** How long somebody may go on exchanging tokens of a revoked key, in seconds: the longest `ttl` of a key cache. */
const maxKeyCache = 3_600

/**
 * What a store says, if it says it. Throws a TypeError for anything else: what is left out could be what ends the session in question.
 */
export function checkedRevocations(stored: unknown): StoredRevocations {
  const { generatedAt, projects, keys, sessions } = (stored ?? {}) as {
    readonly [name in keyof StoredRevocations]?: unknown
  }
  const isWhole =
    isTime(generatedAt) &&
    isListOf(
      projects,
      ({ project, before }) => isIdentifier(project) && (before === undefined || isTime(before)),
    ) &&
    isListOf(
      keys,
      ({ project, kid, revokedAt }) => isIdentifier(project) && isIdentifier(kid) && isTime(revokedAt),
    ) &&
    isListOf(
      sessions,
      ({ project, session, endedAt, until }) =>
        isIdentifier(project) && isIdentifier(session) && isTime(endedAt) && isTime(until),
    )
  if (isWhole) return stored as StoredRevocations
  throw new TypeError(
    'revocations() of the store must resolve to { generatedAt, projects, keys, sessions } as StoredRevocations has them',
  )
}

function isListOf(list: unknown, isEntry: (entry: Readonly<Record<string, unknown>>) => boolean): boolean {
  return (
    Array.isArray(list) &&
    list.every(
      (entry: unknown) =>
        typeof entry === 'object' && entry !== null && isEntry(entry as Record<string, unknown>),
    )
  )
}

/** Epoch seconds, and no milliseconds: 10^11 seconds is the year 5138. */
function isTime(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) < 1e11
}

/** What has ended of one project. */
class ProjectEndings {
  readonly project: string
  before = -Infinity
  readonly kids: { readonly kid: string; readonly revokedAt: number }[] = []
  readonly sessions: { readonly session: string; readonly endedAt: number; readonly until: number }[] = []

  constructor(project: string) {
    this.project = project
  }

  /**
   * All sessions that have ended were issued up to then. Later ones can come where the project is to have none, and of a revoked key as
   * long as somebody knows it as a good one: then the moment is now.
   */
  lastEnd(now: number): number {
    let end = this.before
    for (const { revokedAt } of this.kids) end = Math.max(end, revokedAt + maxKeyCache + issuersTolerance)
    for (const { endedAt } of this.sessions) end = Math.max(end, endedAt + issuersTolerance)
    return Math.min(now, end)
  }

  entries(now: number): RevocationEntry[] {
    const { project, kids, sessions } = this
    if (this.before === Infinity) return [{ project }]
    const newest = kids.toSorted((a, b) => b.revokedAt - a.revokedAt)
    const isMany = sessions.length > maxSingleSessions
    const beyond = new ProjectEndings(project)
    beyond.before = this.before
    beyond.kids.push(...newest.slice(maxKids))
    if (isMany) beyond.sessions.push(...sessions)
    const before = beyond.lastEnd(now)
    return [
      ...(before > -Infinity ? [{ project, before }] : []),
      ...newest.slice(0, maxKids).map(({ kid }) => ({ project, kid })),
      ...(isMany ? [] : sessions.map(({ session, until }) => ({ session, until }))),
    ]
  }
}

/**
 * The list for those who verify sessions, within bounds: whoever ends very many of his own sessions ends all of his own, and not
 * those of others.
 *
 * Of more projects than can be listed, those whose sessions ended longest ago are not: all sessions that were issued up to then end,
 * of whatever project. Their pages get new ones.
 */
export function condensed({ generatedAt, projects, keys, sessions }: StoredRevocations): RevocationList {
  const byProject = new Map<string, ProjectEndings>()
  const of = (project: string): ProjectEndings => {
    const found = byProject.get(project) ?? new ProjectEndings(project)
    byProject.set(project, found)
    return found
  }
  for (const { project, before = Infinity } of projects) {
    const own = of(project)
    own.before = Math.max(own.before, before)
  }
  for (const { project, ...key } of keys) of(project).kids.push(key)
  for (const { project, ...session } of sessions) of(project).sessions.push(session)

  const now = generatedAt + issuersTolerance
  // The last moment counts for both, so what is left out ended before what is listed.
  const all = Array.from(byProject.values(), (own) => ({ own, end: own.lastEnd(now) })).sort(
    (a, b) => b.end - a.end,
  )
  const leftOut = all.slice(maxProjects)
  const shortened = withinBytes(
    all.slice(0, maxProjects).map(({ own, end }) => sized(own.project, end, own.entries(now))),
  )
  const [first] = leftOut
  if (shortened === undefined || first?.end === now) return { generatedAt, allBefore: now, revocations: [] }
  return { generatedAt, ...(first !== undefined && { allBefore: first.end }), revocations: shortened }
}

interface Sized {
  readonly project: string
  readonly end: number
  readonly entries: RevocationEntry[]
  readonly bytes: number
}

function sized(project: string, end: number, entries: RevocationEntry[]): Sized {
  return { project, end, entries, bytes: Buffer.byteLength(JSON.stringify(entries)) }
}

/** The largest become one entry first, so that who is listed shortly is not in their way. Undefined: still too many bytes. */
function withinBytes(listed: readonly Sized[]): RevocationEntry[] | undefined {
  let bytes = listed.reduce((sum, one) => sum + one.bytes, 0)
  const shortened = listed
    .toSorted((a, b) => b.bytes - a.bytes)
    .map((one) => {
      if (bytes <= maxBytes || one.entries.length === 1) return one
      const short = sized(one.project, one.end, [{ project: one.project, before: one.end }])
      bytes -= one.bytes - short.bytes
      return short
    })
  return bytes > maxBytes ? undefined : shortened.flatMap(({ entries }) => entries)
}
