import { escaped, quoted } from '../../options/quoted.js'
import type { AuditAction } from '../store/audit-record.js'
import { keysWindow } from '../rules/keys.js'
import type { ProjectChangeOutcome, KeySelection, ProjectStore } from '../store/project-store.js'
import {
  without,
  type HostedKeyRecord,
  type KeyRecord,
  type ProjectRecord,
  type StoredProject,
} from '../store/records.js'
import { checkedOutcome, isWritten } from '../store/outcome.js'
import { RegistryError } from '../registry-error.js'
import { hostedKeyView, keyView, projectView } from '../store/views.js'

/** What a decision wants written. */
export interface Plan {
  readonly action: AuditAction
  readonly by: string
  readonly kid?: string | undefined
  readonly reason?: string | undefined
  /** The project as it shall be, if it changes. */
  readonly project?: ProjectRecord
  /** Keys as they shall be, new ones and changed ones. */
  readonly keys?: readonly KeyRecord[]
  /** The same of its set. */
  readonly hostedKeys?: readonly HostedKeyRecord[]
}

/** What an operation answers, and what is written for it; without a plan nothing is. */
export interface Decision<T> {
  readonly result: T
  readonly plan?: Plan
}

/** Decides on what is stored, by the one moment of the operation. May run several times. */
export type Decide<T> = (stored: StoredProject, now: number) => Decision<T> | Promise<Decision<T>>

/** Each attempt lost means that another change was made, so this many changes of one project at a time all go through. */
const attempts = 50

/** The keys that an operation names, beside the live ones. */
export type NamedKeys = Omit<KeySelection, 'now' | 'madeAfter'>

/** Loads a project, decides, and writes; decides again when another change came first. */
export async function change<T>(
  store: ProjectStore,
  projectId: string,
  now: number,
  decide: Decide<T>,
  named: NamedKeys = {},
): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const stored = await existing(store, projectId, now, named)
    const { result, plan } = await decide(stored, now)
    if (plan === undefined) return result
    const outcome = await write(store, stored, plan, now)
    if (isWritten(outcome)) return result
    if (outcome !== 'stale') throw keyInUse(plan.kid)
    await pause(Math.random() * 5 * Math.min(attempt, 10))
  }
  throw new RegistryError(
    'conflict',
    `The project ${escaped(projectId)} is being changed by many at once. Nothing was changed; try again.`,
  )
}

/** A project that is not deleted, with its live keys and those that are named. */
export async function existing(
  store: ProjectStore,
  projectId: string,
  now: number,
  named: NamedKeys = {},
): Promise<StoredProject> {
  const stored = await store.load(projectId, { ...named, now, madeAfter: now - keysWindow })
  if (stored !== undefined && stored.deletedAt === undefined) return stored
  throw noProject(projectId)
}

export function noProject(projectId: string): RegistryError {
  return new RegistryError('project_not_found', `There is no project${quoted(projectId) || ' with this id'}.`)
}

/** Writes what a decision wants. Without a stored project it is a new one. */
export async function write(
  store: ProjectStore,
  stored: StoredProject | undefined,
  { action, by, kid, reason, project, keys = [], hostedKeys = [] }: Plan,
  now: number,
): Promise<ProjectChangeOutcome> {
  const next = project ?? stored
  if (next === undefined) throw new Error('A new project needs a plan with a project')
  const snapshot = (of: ProjectRecord | undefined, all: WrittenKeys) => ({
    ...(project !== undefined && of !== undefined && { project: projectView(of) }),
    ...(all.keys.length > 0 && { keys: all.keys.map((key) => keyView(key, now)) }),
    ...(all.hostedKeys.length > 0 && { hostedKeys: all.hostedKeys.map(hostedKeyView) }),
  })
  const before = {
    keys: sameKids(stored?.keys, keys),
    hostedKeys: sameKids(stored?.hostedKeys, hostedKeys),
  }
  const outcome: unknown = await store.commit({
    project: {
      ...recordIn(next),
      version: (stored?.version ?? 0) + 1,
    },
    keys,
    hostedKeys,
    audit: {
      at: now,
      by,
      action,
      projectId: next.project.id,
      ...(kid !== undefined && { kid }),
      ...(reason !== undefined && { reason }),
      before: snapshot(stored, before),
      after: snapshot(project, { keys, hostedKeys }),
    },
  })
  return checkedOutcome(outcome)
}

interface WrittenKeys {
  readonly keys: readonly KeyRecord[]
  readonly hostedKeys: readonly HostedKeyRecord[]
}

function sameKids<Key extends { readonly kid: string }>(
  stored: readonly Key[] = [],
  written: readonly Key[],
): Key[] {
  const kids = new Set(written.map(({ kid }) => kid))
  return stored.filter(({ kid }) => kids.has(kid))
}

function recordIn(project: ProjectRecord & Partial<StoredProject>): ProjectRecord {
  return without(project, 'keys', 'madeKeys', 'hostedKeys', 'hostedKids')
}

/** Only for a caller who has shown that the key is theirs. Does not say which project has it. */
function keyInUse(kid = ''): RegistryError {
  return new RegistryError(
    'key_exists',
    `The public key of ${escaped(kid)} is, or was, in use already: in this project or another. Make a new pair; one key belongs to one project.`,
  )
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
