import { identifier, required, text } from '../../options/kinds.js'
import { argumentReader, type OptionsOf } from '../../options/options.js'
import { whatToDo } from '../record/what-to-do.js'
import { checkRequest, RegistryError } from '../registry-error.js'
import type { ProjectStore } from '../store/project-store.js'
import { without } from '../store/records.js'
import type { RefusalRecord } from '../store/refusal-record.js'
import { queryReader } from './method-options.js'

export interface RefusalQuery {
  /**
   * Only if it is about this project, and only what this project may know. Undefined is an error: an id that got lost would open all
   * of it.
   */
  readonly projectId?: string
}

/** A refusal for people, with what they can do about it. */
export interface RefusalView extends RefusalRecord {
  /** Who can do what, in a sentence or two. May be reworded. */
  readonly whatToDo: string
}

const form = /^(?:urn:uuid:)?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i
const readId = argumentReader(
  'getRefusal',
  'id',
  required(
    text({ fits: (id) => form.test(id), what: 'a UUID, or the instance of an answer: urn:uuid:...' }),
    'the instance of an answer',
  ),
)
const readQuery = queryReader('getRefusal', {
  projectId: identifier,
} satisfies OptionsOf<RefusalQuery>)

export function refusals(store: ProjectStore) {
  return {
    async getRefusal(id: string, query: RefusalQuery = {}): Promise<RefusalView> {
      const [, uuid = ''] = form.exec(checkRequest(() => readId(id))) ?? []
      const { projectId } = readQuery(query)
      if (store.refusal === undefined)
        throw notKept('This store keeps no refusals; PostgresProjectStore finds what recordEvents has kept.')
      const found = await store.refusal(uuid.toLowerCase())
      const refusal = found === undefined || projectId === undefined ? found : forProject(found, projectId)
      if (refusal === undefined) {
        throw notKept(
          'There is no refusal with this id. It may be a second until one is written. Where many come at once recordEvents counts them instead, and old ones are deleted: let the caller try again, and look for the new one.',
        )
      }
      return { ...refusal, whatToDo: whatToDo[refusal.reason] }
    },
  }
}

/**
 * What a project may know of a refusal, or undefined where it is not about the project. What names it without a proof anyone can have
 * sent, so the project does not learn from where. What fails within the platform is the platform's own business.
 */
function forProject(record: RefusalRecord, projectId: string): RefusalRecord | undefined {
  const isItsOwn = record.projectId === projectId
  if (!isItsOwn && record.unverifiedProjectId !== projectId) return undefined
  const shown = isItsOwn ? record : without(record, 'origin')
  return record.type === 'refused' ? shown : { ...shown, reason: record.code }
}

function notKept(message: string): RegistryError {
  return new RegistryError('refusal_not_found', message)
}
