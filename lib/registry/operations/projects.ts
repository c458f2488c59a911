import type { OptionsOf } from '../../options/options.js'
import { escaped } from '../../options/quoted.js'
import type { Clock } from '../../time/clock.js'
import { checkRequest, RegistryError } from '../registry-error.js'
import { readableText } from '../rules/names.js'
import {
  newProject,
  readProjectUpdate,
  updatedProject,
  type NewProject,
  type ProjectUpdate,
} from '../rules/project-settings.js'
import { withoutSessions } from '../rules/sessions-before.js'
import { isWritten } from '../store/outcome.js'
import type { ProjectStore } from '../store/project-store.js'
import { without, type ProjectRecord, type StoredProject } from '../store/records.js'
import { projectView, type ProjectView } from '../store/views.js'
import { change, write, type Plan } from './change.js'
import { changeReader, projectChangeReader, type RegistryChangeOptions } from './method-options.js'

export interface RegistryReasonOptions extends RegistryChangeOptions {
  /** For people and for the audit: 1 to 256 characters, all of which can be seen. */
  readonly reason?: string
}

export const reasonOption = { reason: readableText } satisfies OptionsOf<Omit<RegistryReasonOptions, 'by'>>

const read = {
  createProject: changeReader('createProject', {}),
  updateProject: projectChangeReader('updateProject', {}),
  suspendProject: projectChangeReader('suspendProject', reasonOption),
  resumeProject: projectChangeReader('resumeProject', {}),
  deleteProject: projectChangeReader('deleteProject', reasonOption),
}

export function projectChanges(store: ProjectStore, clock: Clock) {
  return {
    async createProject(given: NewProject, options: RegistryChangeOptions): Promise<ProjectView> {
      const { by } = read.createProject(options)
      const now = clock()
      const project = checkRequest(() => newProject(given))
      const record: ProjectRecord = { project, createdAt: now, updatedAt: now, version: 1 }
      const plan: Plan = { action: 'project.created', by, project: record }
      if (isWritten(await write(store, undefined, plan, now))) return projectView(record)
      throw new RegistryError(
        'project_exists',
        `There is, or was, a project ${escaped(project.id)}. Choose another id; an id is never used again.`,
      )
    },

    async updateProject(
      id: string,
      changes: ProjectUpdate,
      options: RegistryChangeOptions,
    ): Promise<ProjectView> {
      const { by, projectId } = read.updateProject(id, options)
      const update = checkRequest(() => readProjectUpdate(changes))
      return change(store, projectId, clock(), (stored, now) => {
        const project = checkRequest(() => updatedProject(stored.project, update))
        return changed('project.updated', by, { ...stored, project, updatedAt: now })
      })
    },

    async suspendProject(id: string, options: RegistryReasonOptions): Promise<ProjectView> {
      const { by, projectId, reason } = read.suspendProject(id, options)
      return change(store, projectId, clock(), (stored, now) => {
        if (stored.project.suspended === true) return { result: projectView(stored) }
        const project = { ...stored.project, suspended: true }
        const why = reason === undefined ? {} : { suspensionReason: reason }
        return changed('project.suspended', by, { ...stored, project, ...why, updatedAt: now }, reason)
      })
    },

    async resumeProject(id: string, options: RegistryChangeOptions): Promise<ProjectView> {
      const { by, projectId } = read.resumeProject(id, options)
      return change(store, projectId, clock(), (suspended, now) => {
        const stored = without(suspended, 'suspensionReason')
        if (stored.project.suspended !== true) return { result: projectView(stored) }
        const project = { ...stored.project, suspended: false }
        // The suspension ended the sessions from before, and they shall stay so when it is over.
        const record = withoutSessions({ ...stored, project, updatedAt: now }, now)
        return changed('project.resumed', by, record)
      })
    },

    async deleteProject(id: string, options: RegistryReasonOptions): Promise<void> {
      const { by, projectId, reason } = read.deleteProject(id, options)
      await change(store, projectId, clock(), ({ createdAt, version }, now) => {
        // Nothing of the customer stays in the tombstone but the id and the public keys.
        const project = { id: projectId, issuer: projectId, suspended: true }
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
