import { createHash } from 'node:crypto'
import { bounded } from '../../events/event-text.js'
import type { ObservedEvent } from '../../events/observed-event.js'
import { inAscii } from '../../options/quoted.js'
import { projectPrefix } from '../../protocol.js'
import type { MinuteCount } from './minute-counts.js'

/** A row of the table of events, by the names of its columns. */
export interface EventRow {
  readonly id: string
  readonly at: number
  readonly type: string
  readonly count: number
  readonly detail: Readonly<Record<string, unknown>>
  readonly [column: string]: unknown
}

/** What is kept of an event, of all that it may say. `cause` is not: a store may have thrown any text. */
const details = [
  'face',
  'description',
  'unverifiedProjectId',
  'unverifiedKid',
  'unverifiedAudience',
  'issuedAt',
  'expiresAt',
  'revokedAt',
  'seconds',
  'alg',
  'scopes',
  'embedder',
  'by',
  'severity',
  'text',
  'origins',
  'offset',
] as const

/** All that any of the events may have. None is believed to be of its type: the events of others come here, too. */
interface Members {
  readonly [member: string]: unknown
}

/** The row of one event. */
export function rowOf(id: string, event: ObservedEvent): EventRow {
  const { type, time, projectId, kid, jti, sessionId, origin, ...members }: Members = { ...event }
  const { code, reason, signature } = columnsOf(event)
  const name = jti ?? sessionId
  return {
    id,
    at: momentOf(time),
    type: textOf(type),
    code: textOf(code),
    reason: textOf(reason),
    signature: textOf(signature),
    project_id: textOf(projectId),
    kid: textOf(kid),
    ...(typeof name === 'string' && { jti_hash: hashOf(projectId, name) }),
    origin: textOf(origin),
    count: 1,
    detail: Object.fromEntries(details.map((name) => [name, storable(members[name])])),
  } as EventRow
}

/** The row of what was counted in one minute, which began at this moment. */
export function countRowOf(
  id: string,
  { projectId, count, face, ...names }: MinuteCount,
  at: number,
): EventRow {
  const columns = Object.entries({ ...names, project_id: projectId }).map(([name, value]) => [
    name,
    storable(value),
  ])
  return {
    ...(Object.fromEntries(columns) as { type: string }),
    id,
    at: momentOf(at),
    count: Math.min(count, 2 ** 31 - 1),
    detail: { counted: 'minute', face: storable(face) },
  }
}

/** The same row in printable ASCII, for a database whose encoding cannot write all characters. */
export function inAsciiAlone(row: EventRow): EventRow {
  return JSON.parse(JSON.stringify(row), (_, value: unknown) =>
    typeof value === 'string' ? inAscii(value) : value,
  ) as EventRow
}

function columnsOf(event: ObservedEvent): Members {
  // It is refused after its token was verified, and its answer says so.
  if (event.type === 'session.failed')
    return { code: 'store_unavailable', reason: event.reason, signature: 'good' }
  if (event.type === 'alert.raised' || event.type === 'alert.ended') return { code: event.rule }
  return { ...event }
}

/** In seconds: what PostgreSQL can keep, and a clock can say. */
function momentOf(time: unknown): number {
  return typeof time === 'number' && Math.abs(time) < 1e11 ? time : Date.now() / 1000
}

function textOf(value: unknown): unknown {
  return typeof value === 'string' ? storable(value) : undefined
}

/** The most that a list of an event may have. */
const maxEntries = 64

/** Short, and without what no text of PostgreSQL may hold: NUL, and halves of characters. Nothing for what is neither text nor number. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return bounded(value).toWellFormed().replaceAll('\0', '\uFFFD')
  if (Array.isArray(value)) return value.slice(0, maxEntries).map(storable)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Tells whether two events are of one token, to whoever has the token; and nobody whether two projects have used one name. */
function hashOf(projectId: unknown, jti: string): string {
  const project = projectPrefix(typeof projectId === 'string' ? projectId : '')
  return createHash('sha256').update(`reverse-jwt event\n${project}\n${jti}`).digest('base64url')
}
