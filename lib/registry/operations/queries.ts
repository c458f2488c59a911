import { refuseUnknownNames } from '../../options/option-checks.js'
import type { AuditRecord } from '../store/audit-record.js'
import { existing } from './change.js'
import { checked, invalid, limitOf, optionalName, requireName } from './method-options.js'
import { keyPlace, placeOf } from './key-place.js'
import type { ProjectStore } from '../store/project-store.js'
import { keyView, projectView, type KeyView, type ProjectView } from '../store/views.js'

export interface ProjectQuery {
  /** Projects whose id comes after this one: the `next` of the list before. */
  readonly after?: string | undefined
  /** Default 50, at most 500. */
  readonly limit?: number | undefined
}

export interface ProjectList {
  readonly projects: readonly ProjectView[]
  /** Give it as `after` for more. Absent: these were the last. */
  readonly next?: string
}

export interface KeyQuery {
  /** Keys that come after the last one of a list: its `next`. */
  readonly after?: string | undefined
  /** Default 50, at most 500. */
  readonly limit?: number | undefined
}

export interface KeyList {
  readonly keys: readonly KeyView[]
  /** Give it as `after` for more. Absent: these were the last. */
  readonly next?: string
}

export interface AuditQuery {
  /** Only this project's. */
  readonly projectId?: string | undefined
  /** Older ones than this: the `next` of the list before. */
  readonly before?: number | undefined
  /** Default 50, at most 500. */
  readonly limit?: number | undefined
}

export interface AuditList {
  readonly records: readonly AuditRecord[]
  /** Give it as `before` for more. Absent: these were the first. */
  readonly next?: number
}

export function queries(store: ProjectStore, clock: () => number) {
  return {
    async project(projectId: string): Promise<ProjectView> {
      return projectView(await existing(store, requireName('project id', projectId), clock()))
    },

    async listProjects(query: ProjectQuery = {}): Promise<ProjectList> {
      checked(() => {
        refuseUnknownNames(query, { after: true, limit: true }, 'member of a query')
      })
      const after = optionalName('after', query.after)
      const limit = limitOf(query.limit)
      const found = await store.list({ limit: limit + 1, ...(after !== undefined && { after }) })
      const projects = found.slice(0, limit).map(projectView)
      const last = projects.at(-1)
      return found.length > limit && last !== undefined ? { projects, next: last.id } : { projects }
    },

    async listKeys(projectId: string, query: KeyQuery = {}): Promise<KeyList> {
      requireName('project id', projectId)
      checked(() => {
        refuseUnknownNames(query, { after: true, limit: true }, 'member of a query')
      })
      const after = query.after === undefined ? {} : { after: placeOf(query.after) }
      const limit = limitOf(query.limit)
      const now = clock()
      await existing(store, projectId, now)
      const found = await store.listKeys(projectId, { limit: limit + 1, ...after })
      const page = found.slice(0, limit)
      const keys = page.map((key) => keyView(key, now))
      const last = page.at(-1)
      return found.length > limit && last !== undefined ? { keys, next: keyPlace(last) } : { keys }
    },

    async audit(query: AuditQuery = {}): Promise<AuditList> {
      checked(() => {
        refuseUnknownNames(query, { projectId: true, before: true, limit: true }, 'member of a query')
      })
      const projectId = optionalName('projectId', query.projectId)
      const { before } = query
      if (before !== undefined && !(Number.isSafeInteger(before) && before > 0))
        throw invalid('before must be the id of a record')
      const limit = limitOf(query.limit)
      const found = await store.audit({
        limit: limit + 1,
        ...(projectId !== undefined && { projectId }),
        ...(before !== undefined && { before }),
      })
      const records = found.slice(0, limit)
      const last = records.at(-1)
      return found.length > limit && last !== undefined ? { records, next: last.id } : { records }
    },
  }
}
