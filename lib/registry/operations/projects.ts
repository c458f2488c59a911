import { escaped } from '../../options/option-checks.js'
import { change, write, type Plan } from './change.js'
import {
  checked,
  invalid,
  optionalReason,
  readOptions,
  requireName,
  type ChangeOptions,
} from './method-options.js'
import { changedProject, newProject, type NewProject, type ProjectChanges } from '../rules/project-settings.js'
import type { ProjectStore } from '../store/project-store.js'
import { without, type ProjectRecord, type StoredProject } from '../store/records.js'
import { RegistryError } from '../registry-error.js'
import { projectView, type ProjectView } from '../store/views.js'

export interface ReasonOptions extends ChangeOptions {
  /** For people and for the audit: 1 to 256 characters, all of which can be seen. */
  readonly reason?: string
}

type Clock = () => number

export function projectChanges(store: ProjectStore, clock: Clock) {
  return {
    async createProject(given: NewProject, options: ChangeOptions): Promise<ProjectView> {
      const { by } = readOptions(options, {})
      const now = clock()
      const project = checked(() => newProject(given))
      const record: ProjectRecord = { project, createdAt: now, updatedAt: now, version: 1 }
      const plan: Plan = { action: 'project.created', by, project: record }
      if ((await write(store, undefined, plan, now)) === 'done') return projectView(record)
      throw new RegistryError(
        'project_exists',
        `There is, or was, a project ${escaped(project.id)}. Choose another id; an id is never used again.`,
      )
    },

    async updateProject(id: string, changes: ProjectChanges, options: ChangeOptions): Promise<ProjectView> {
      const { by } = readOptions(options, {})
      requireName('project id', id)
      // Callers without TypeScript pass anything.
      if (typeof (changes as unknown) === 'object' && Object.hasOwn(Object(changes) as object, 'id'))
        throw invalid('The id of a project cannot be changed; create another project')
      return change(store, id, clock(), (stored, now) => {
        const project = checked(() => changedProject(stored.project, changes))
        return changed('project.updated', by, { ...stored, project, updatedAt: now })
      })
    },

    async suspendProject(id: string, options: ReasonOptions): Promise<ProjectView> {
      const { by, reason } = readOptions(options, { reason: true })
      requireName('project id', id)
      optionalReason(reason)
      return change(store, id, clock(), (stored, now) => {
        if (stored.project.suspended === true) return { result: projectView(stored) }
        const project = { ...stored.project, suspended: true }
        const why = reason === undefined ? {} : { suspensionReason: reason }
        return changed('project.suspended', by, { ...stored, project, ...why, updatedAt: now }, reason)
      })
    },

    async resumeProject(id: string, options: ChangeOptions): Promise<ProjectView> {
      const { by } = readOptions(options, {})
      requireName('project id', id)
      return change(store, id, clock(), (suspended, now) => {
        const stored = without(suspended, 'suspensionReason')
        if (stored.project.suspended !== true) return { result: projectView(stored) }
        const project = { ...stored.project, suspended: false }
        return changed('project.resumed', by, { ...stored, project, updatedAt: now })
      })
    },

    async deleteProject(id: string, options: ReasonOptions): Promise<void> {
      const { by, reason } = readOptions(options, { reason: true })
      requireName('project id', id)
      optionalReason(reason)
      await change(store, id, clock(), ({ createdAt, version }, now) => {
        // Nothing of the customer stays in the tombstone but the id and the public keys.
        const project = { id, issuer: id, suspended: true }
        const tombstone = { project, createdAt, updatedAt: now, deletedAt: now, version }
        return changed('project.deleted', by, tombstone, reason)
      })
    },
  }
}

function changed(
  action: Plan['action'],
  by: string,
  project: ProjectRecord | StoredProject,
  reason?: string,
): { result: ProjectView; plan: Plan } {
  return { result: projectView(project), plan: { action, by, reason, project } }
}
