import type { Clock } from '../../time/clock.js'
import { readableText } from '../rules/names.js'
import { withoutSessions } from '../rules/sessions-before.js'
import type { ProjectStore } from '../store/project-store.js'
import { projectView, type ProjectView } from '../store/views.js'
import { change } from './change.js'
import { projectChangeReader } from './method-options.js'
import type { RegistryReasonOptions } from './projects.js'

const readOptions = projectChangeReader('endSessions', { reason: readableText })

export function sessionEnd(store: ProjectStore, clock: Clock) {
  return {
    async endSessions(id: string, options: RegistryReasonOptions): Promise<ProjectView> {
      const { by, projectId, reason } = readOptions(id, options)
      return change(store, projectId, clock(), (stored, now) => ({
        result: projectView(stored),
        plan: { action: 'sessions.ended', by, reason, project: withoutSessions(stored, now) },
      }))
    },
  }
}
