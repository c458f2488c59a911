import { isDeepStrictEqual } from 'node:util'
import { admitProject } from '../../keys/project.js'
import { refuseUndefined, refuseUnknownNames } from '../../options/option-checks.js'
import { limits, parseUrl } from '../../protocol.js'
import type { Project } from '../../types.js'
import { documentLimits, parseJsonObject } from '../../encoding/strict-json.js'
import { requireId, requireReadable } from './names.js'

/** What can be set of a project. See `Project` for what each means. */
export interface ProjectSettings {
  /** For people. 1 to 256 characters of any script, each word in one, all of which can be seen. */
  readonly name?: string
  /** `iss` of its tokens, with the same rules as the name. Default: the id. */
  readonly issuer?: string
  /** `scheme://host[:port]`, as browsers send it; https, or http on loopback. At most 100. Absent: any origin may call. */
  readonly allowedOrigins?: readonly string[]
  /** At most 100. Absent: nothing. */
  readonly scopes?: readonly string[]
  /** A JSON object of at most 4,096 bytes, 16 levels, and 100 members named like numbers. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface NewProject extends ProjectSettings {
  /** 1 to 256 ASCII characters: letters, digits, signs, single spaces between them. Default: a random UUID. */
  readonly id?: string
}

/** Members to set; null takes one away: `allowedOrigins: null` lets any origin call. */
export type ProjectChanges = { readonly [Name in keyof ProjectSettings]?: ProjectSettings[Name] | null }

const settingNames: Record<keyof ProjectSettings, true> = {
  name: true,
  issuer: true,
  allowedOrigins: true,
  scopes: true,
  metadata: true,
}

const mostEntries = 100
const mostMetadataBytes = 4096

/** The project that shall be, frozen. Throws a TypeError that says what is wrong with a member. */
export function newProject(given: NewProject): Project {
  refuseUnknownNames(given, { id: true, ...settingNames }, 'member of a project')
  refuseUndefined(given, '')
  const { id = crypto.randomUUID(), ...settings } = given
  requireId('id', id)
  requireReadableNames(settings)
  return checkedProject({ id, ...settings })
}

/** The project after its changes, frozen. Throws a TypeError that says what is wrong with a member. */
export function changedProject(project: Project, changes: ProjectChanges): Project {
  refuseUnknownNames(changes, settingNames, 'member of the changes of a project')
  refuseUndefined(changes, '')
  requireReadableNames(changes)
  const { metadata: kept, ...rest } = project
  const merged = Object.entries({ ...rest, ...changes }).filter(([, value]) => value !== null)
  const changed = checkedProject({ ...Object.fromEntries(merged), id: project.id })
  // What is stored was checked when it came.
  return kept === undefined || 'metadata' in changes ? changed : Object.freeze({ ...changed, metadata: kept })
}

/** New ones alone: what is stored stays as it is. */
function requireReadableNames(given: ProjectChanges): void {
  for (const name of ['name', 'issuer'] as const) {
    if (given[name] !== undefined && given[name] !== null) requireReadable(name, given[name])
  }
}

function checkedProject(given: Project): Project {
  const { metadata, ...rest } = given
  const project = admitProject(rest)
  for (const name of ['allowedOrigins', 'scopes'] as const) {
    if ((project[name]?.length ?? 0) > mostEntries)
      throw new TypeError(`${name} has more than ${mostEntries} entries`)
  }
  project.allowedOrigins?.forEach(requireSecureOrigin)
  if (project.scopes?.some((scope) => scope.length > limits.identifierLength) === true)
    throw new TypeError(`scopes has a name of more than ${limits.identifierLength} characters`)
  return metadata === undefined ? project : Object.freeze({ ...project, metadata: checkedMetadata(metadata) })
}

function requireSecureOrigin(origin: string): void {
  const url = parseUrl(origin)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return
  throw new TypeError(`allowedOrigins has ${JSON.stringify(origin)}; use https (http only on localhost)`)
}

/** A copy, so that nothing changes it after the check. */
function checkedMetadata(metadata: unknown): Readonly<Record<string, unknown>> {
  const text = jsonOf(metadata) ?? ''
  if (Buffer.byteLength(text) > mostMetadataBytes)
    throw new TypeError(`metadata has more than ${mostMetadataBytes} bytes of JSON`)
  // What PostgreSQL could not keep: NUL, and halves of characters.
  const isStorable = !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(text)
  const copy = isStorable ? parseJsonObject(Buffer.from(text), documentLimits) : undefined
  if (copy === undefined || !isDeepStrictEqual(copy, metadata)) {
    throw new TypeError(
      'metadata must be an object of JSON values: at most 16 levels, no NUL, no __proto__, at most 100 members named like numbers',
    )
  }
  return Object.freeze(copy)
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
