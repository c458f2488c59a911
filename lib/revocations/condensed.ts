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

interface OfProject {
  before: number
  kids: { readonly kid: string; readonly revokedAt: number }[]
  sessions: { readonly session: string; readonly endedAt: number; readonly until: number }[]
}

/**
 * The list for those who verify sessions, within bounds: whoever ends very many of his own sessions ends all of his own, and not
 * those of others.
 *
 * Where there are more projects than can be listed, or more than can be read, all sessions end: their pages get new ones.
 */
export function condensed({ generatedAt, projects, keys, sessions }: StoredRevocations): RevocationList {
  const byProject = new Map<string, OfProject>()
  const of = (project: string): OfProject => {
    const found = byProject.get(project) ?? { before: -Infinity, kids: [], sessions: [] }
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
  if (byProject.size > maxProjects) return { generatedAt, allBefore: now, revocations: [] }
  const listed = Array.from(byProject, ([project, own]) =>
    sized(project, entriesOf(project, own, generatedAt)),
  )
  listed.sort((a, b) => b.bytes - a.bytes)
  let bytes = listed.reduce((sum, one) => sum + one.bytes, 0)
  // The largest first, so that who is listed shortly is not in their way.
  const shortened = listed.map((one) => {
    if (bytes <= maxBytes || one.entries.length === 1) return one
    const short = sized(one.project, [{ project: one.project, before: now }])
    bytes -= one.bytes - short.bytes
    return short
  })
  if (bytes > maxBytes) return { generatedAt, allBefore: now, revocations: [] }
  return { generatedAt, revocations: shortened.flatMap(({ entries }) => entries) }
}

function sized(project: string, entries: RevocationEntry[]) {
  return { project, entries, bytes: Buffer.byteLength(JSON.stringify(entries)) }
}

function entriesOf(project: string, own: OfProject, generatedAt: number): RevocationEntry[] {
  if (own.before === Infinity) return [{ project }]
  let { before } = own
  const kids = own.kids.toSorted((a, b) => b.revokedAt - a.revokedAt)
  for (const { revokedAt } of kids.slice(maxKids)) {
    before = Math.max(before, Math.min(generatedAt, revokedAt + maxKeyCache) + issuersTolerance)
  }
  const isMany = own.sessions.length > maxSingleSessions
  for (const { endedAt } of isMany ? own.sessions : []) before = Math.max(before, endedAt + issuersTolerance)
  return [
    ...(before > -Infinity ? [{ project, before }] : []),
    ...kids.slice(0, maxKids).map(({ kid }) => ({ project, kid })),
    ...(isMany ? [] : own.sessions.map(({ session, until }) => ({ session, until }))),
  ]
}
