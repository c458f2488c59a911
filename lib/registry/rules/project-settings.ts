import { isDeepStrictEqual } from 'node:util'
import { documentLimits, parseJsonObject } from '../../encoding/strict-json.js'
import { admitProject } from '../../keys/project.js'
import {
  givenMembers,
  optionsReader,
  type Option,
  type OptionsOf,
  type Wrong,
} from '../../options/options.js'
import { limits, parseUrl } from '../../protocol.js'
import type { Project } from '../../types.js'
import { newId, readableText } from './names.js'

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
export type ProjectUpdate = { readonly [Name in keyof ProjectSettings]?: ProjectSettings[Name] | null }

const maxEntries = 100
const maxMetadataBytes = 4096

/** How an origin is spelled is left to `admitProject`. */
const allowedOrigins: Option<readonly string[] | undefined> = (given, wrong) => {
  const origins = list(given, wrong, 'of origins; leave it out to allow any origin')
  for (const origin of origins ?? []) {
    const url = parseUrl(origin)
    if (url?.origin !== origin || isSecure(url)) continue
    throw wrong(`has ${JSON.stringify(origin)}; use https (http only on localhost)`)
  }
  return origins
}

function isSecure({ protocol, hostname }: URL): boolean {
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback)
}

/** Which characters a scope may have is left to `admitProject`. */
const scopes: Option<readonly string[] | undefined> = (given, wrong) => {
  const names = list(given, wrong, 'of names without spaces, quotes or backslashes')
  if (names?.some(({ length }) => length > limits.identifierLength) === true)
    throw wrong(`has a name of more than ${limits.identifierLength} characters`)
  return names
}

/** A copy, so that nothing changes it after the check. */
function list(given: unknown, wrong: Wrong, what: string): readonly string[] | undefined {
  if (given === undefined) return undefined
  // A place without a value becomes one.
  const entries: unknown = Array.isArray(given) ? Array.from(given as unknown[]) : given
  if (!isListOfStrings(entries)) throw wrong(`must be a list ${what}`)
  if (entries.length > maxEntries) throw wrong(`has more than ${maxEntries} entries`)
  return entries
}

function isListOfStrings(given: unknown): given is readonly string[] {
  return Array.isArray(given) && given.every((entry) => typeof entry === 'string')
}

/** A copy, so that nothing changes it after the check. */
const metadata: Option<Readonly<Record<string, unknown>> | undefined> = (given, wrong) => {
  if (given === undefined) return undefined
  const text = jsonOf(given) ?? ''
  if (Buffer.byteLength(text) > maxMetadataBytes)
    throw wrong(`has more than ${maxMetadataBytes} bytes of JSON`)
  // What PostgreSQL could not keep: NUL, and halves of characters.
  const isStorable = !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(text)
  const copy = isStorable ? parseJsonObject(Buffer.from(text), documentLimits) : undefined
  if (copy !== undefined && isDeepStrictEqual(copy, given)) return Object.freeze(copy)
  throw wrong(
    'must be an object of JSON values: at most 16 levels, no NUL, no __proto__, at most 100 members named like numbers',
  )
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

const settings = {
  name: readableText,
  issuer: readableText,
  allowedOrigins,
  scopes,
  metadata,
} satisfies OptionsOf<ProjectSettings>

const readNewProject = optionsReader(
  'createProject',
  { id: newId, ...settings } satisfies OptionsOf<NewProject>,
  'member of a project',
)

const fixed: Option<undefined> = (given, wrong) => {
  if (given !== undefined) throw wrong('cannot be changed; create another project')
}

function orNull<T>(option: Option<T>): Option<T | null> {
  return (given, wrong) => (given === null ? null : option(given, wrong))
}

/** Reads what is to change. Throws a TypeError that says what is wrong with a member. */
export const readProjectUpdate = optionsReader(
  'updateProject',
  {
    id: fixed,
    name: orNull(settings.name),
    issuer: orNull(settings.issuer),
    allowedOrigins: orNull(settings.allowedOrigins),
    scopes: orNull(settings.scopes),
    metadata: orNull(settings.metadata),
  } satisfies OptionsOf<ProjectUpdate & { readonly id: never }>,
  'member of a project',
)

/** The project that shall be, frozen. Throws a TypeError that says what is wrong with a member. */
export function newProject(given: unknown): Project {
  const { id = crypto.randomUUID(), ...rest } = readNewProject(given)
  return admitProject({ id, ...givenMembers(rest) })
}

/** The project after its changes, frozen. What stays was checked when it came. */
export function updatedProject(project: Project, update: ReturnType<typeof readProjectUpdate>): Project {
  const { id, ...settings } = { ...project, ...givenMembers(update) }
  const kept = Object.entries(settings).filter(([, value]) => value !== null)
  return admitProject({ id, ...Object.fromEntries(kept) })
}
