import { identifier, integer } from '../../options/kinds.js'
import { mayBeUndefined, type Option, type OptionsOf } from '../../options/options.js'
import type { Clock } from '../../time/clock.js'
import type { AuditRecord } from '../store/audit-record.js'
import type { KeyRange, ProjectStore } from '../store/project-store.js'
import {
  hostedKeyView,
  keyView,
  projectView,
  type HostedKeyView,
  type KeyView,
  type ProjectView,
} from '../store/views.js'
import { existing } from './change.js'
import { keyPlace, textOfPlace } from './key-place.js'
import { projectIdReader, queryReader } from './method-options.js'

export interface ProjectQuery {
  /** Projects whose id comes after this one: the `next` of the page before. */
  readonly after?: string | undefined
  /** Default 50, at most 500. */
  readonly limit?: number | undefined
}

export interface ProjectPage {
  readonly projects: readonly ProjectView[]
  /** Give it as `after` for more. Absent: these were the last. */
  readonly next?: string
}

export interface KeyQuery {
  /** Keys that come after the last one of a page: its `next`. */
  readonly after?: string | undefined
  /** Default 50, at most 500. */
  readonly limit?: number | undefined
}

export interface KeyPage {
  readonly keys: readonly KeyView[]
  /** Give it as `after` for more. Absent: these were the last. */
  readonly next?: string
}

export interface HostedKeyPage {
  readonly keys: readonly HostedKeyView[]
  /** Give it as `after` for more. Absent: these were the last. */
  readonly next?: string
}

export interface AuditQuery {
  /** Only this project's. */
  readonly projectId?: string
  /** Older ones than this: the `next` of the page before. */
  readonly before?: number | undefined
  /** Default 50, at most 500. */
  readonly limit?: number | undefined
}

export interface AuditPage {
  readonly records: readonly AuditRecord[]
  /** Give it as `before` for more. Absent: these were the first. */
  readonly next?: number
}

const limit = mayBeUndefined(integer({ default: 50, max: 500 }))

const recordId: Option<number | undefined> = (given, wrong) => {
  if (given === undefined) return undefined
  if (typeof given === 'number' && Number.isSafeInteger(given) && given > 0) return given
  throw wrong('must be the id of a record')
}

const readProjectQuery = queryReader('listProjects', {
  after: mayBeUndefined(identifier),
  limit,
} satisfies OptionsOf<ProjectQuery>)
const keyQuery = { after: mayBeUndefined(keyPlace), limit } satisfies OptionsOf<KeyQuery>
const readKeyQuery = queryReader('listKeys', keyQuery)
const readHostedKeyQuery = queryReader('listHostedKeys', keyQuery)
const readAuditQuery = queryReader('listAudit', {
  projectId: identifier,
  before: mayBeUndefined(recordId),
  limit,
} satisfies OptionsOf<AuditQuery>)

const readId = {
  getProject: projectIdReader('getProject'),
  listKeys: projectIdReader('listKeys'),
  listHostedKeys: projectIdReader('listHostedKeys'),
}

export function queries(store: ProjectStore, clock: Clock) {
  return {
    async getProject(id: string): Promise<ProjectView> {
      return projectView(await existing(store, readId.getProject(id), clock()))
    },

    async listProjects(query: ProjectQuery = {}): Promise<ProjectPage> {
      const { after, limit } = readProjectQuery(query)
      const found = await store.list({ limit: limit + 1, ...(after !== undefined && { after }) })
      const { page, next } = pageOf(found, limit)
      return { projects: page.map(projectView), ...(next !== undefined && { next: next.project.id }) }
    },

    async listKeys(id: string, query: KeyQuery = {}): Promise<KeyPage> {
      const projectId = readId.listKeys(id)
      const { after, limit } = readKeyQuery(query)
      const now = clock()
      await existing(store, projectId, now)
      const found = await store.listKeys(projectId, rangeOf(after, limit))
      const { page, next } = pageOf(found, limit)
      const keys = page.map((key) => keyView(key, now))
      return { keys, ...(next !== undefined && { next: textOfPlace(next) }) }
    },

    async listHostedKeys(id: string, query: KeyQuery = {}): Promise<HostedKeyPage> {
      const projectId = readId.listHostedKeys(id)
      const { after, limit } = readHostedKeyQuery(query)
      await existing(store, projectId, clock())
      const found = await store.listHostedKeys(projectId, rangeOf(after, limit))
      const { page, next } = pageOf(found, limit)
      const place = next && textOfPlace({ createdAt: next.firstSeen, kid: next.kid })
      return { keys: page.map(hostedKeyView), ...(place !== undefined && { next: place }) }
    },

    async listAudit(query: AuditQuery = {}): Promise<AuditPage> {
      const { projectId, before, limit } = readAuditQuery(query)
      const found = await store.audit({
        limit: limit + 1,
        ...(projectId !== undefined && { projectId }),
        ...(before !== undefined && { before }),
      })
      const { page, next } = pageOf(found, limit)
      return { records: page, ...(next !== undefined && { next: next.id }) }
    },
  }
}

/** One more than the page has. */
function rangeOf(after: KeyRange['after'], limit: number): KeyRange {
  return { limit: limit + 1, ...(after !== undefined && { after }) }
}

/** One more was asked for than the page has: `next` is the last one of the page, if there are more. */
function pageOf<T>(found: readonly T[], limit: number): { readonly page: readonly T[]; readonly next?: T } {
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return found.length > limit && last !== undefined ? { page, next: last } : { page }
}
