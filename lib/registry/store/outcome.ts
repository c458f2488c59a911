import type { ProjectChangeOutcome, WrittenChange } from './project-store.js'

const notWritten: ReadonlySet<unknown> = new Set(['stale', 'project_exists', 'key_exists'])

/** Whether a change was written. */
export function isWritten(outcome: ProjectChangeOutcome): outcome is WrittenChange {
  return typeof outcome === 'object'
}

/**
 * What a store answered to a change, if it is one of what it may answer. A store without TypeScript may answer anything: it is
 * then unknown whether the change was made.
 */
export function checkedOutcome(outcome: unknown): ProjectChangeOutcome {
  if (notWritten.has(outcome)) return outcome as ProjectChangeOutcome
  const { audit } = (outcome ?? {}) as { audit?: unknown }
  if (typeof audit === 'object' && audit !== null) return outcome as WrittenChange
  throw new TypeError(
    'createRegistry: store has a commit that must resolve to { audit }, stale, project_exists or key_exists; whether the change was made is unknown',
  )
}
