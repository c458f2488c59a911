import { ownText } from '../encoding/own-text.js'
import { flag, identifier, required, text, unchecked } from '../options/kinds.js'
import { mayBeUndefined, optionsReader, type Option, type OptionsOf, type Wrong } from '../options/options.js'
import { quoted, shown } from '../options/quoted.js'
import { isIdentifier, isScopeName, limits, parseUrl } from '../protocol.js'
import type { Project } from '../types.js'

const members = {
  id: required(identifier, 'a project needs one'),
  name: mayBeUndefined(unchecked as Option<Project['name']>),
  issuer: text({ fits: (issuer) => issuer !== '', what: 'a non-empty string' }),
  allowedOrigins,
  scopes,
  suspended: flag,
  metadata: mayBeUndefined(unchecked as Option<Project['metadata']>),
} satisfies OptionsOf<Project>

const admitted = new WeakSet<Project>()

/** Whether `admitProject` made this very object: it comes from a key store, not out of a request. */
export function isAdmittedProject(value: unknown): value is Project {
  return admitted.has(value as Project)
}

/**
 * Returns a frozen copy of the project, or throws a TypeError that says which member is wrong and why. A member that is
 * undefined is an error, but for name and metadata: most often it is a column that was not selected, and must not open what it
 * should close. `beside` are further members that are not looked at.
 */
export function admitProject(
  project: Project,
  beside: Readonly<Record<string, typeof unchecked>> = {},
): Project {
  if (typeof (project as unknown) !== 'object' || (project as unknown) === null)
    throw new TypeError('A project must be an object with an id')
  if (!isIdentifier(project.id))
    throw new TypeError(`A project needs an id: a string of 1 to ${limits.identifierLength} characters`)
  const read = optionsReader(`Project${quoted(project.id)}`, { ...members, ...beside }, 'member')
  const { id: givenId, name, issuer, allowedOrigins, scopes, suspended, metadata } = read(project)
  // It may have been cut out of a token, of which nothing else is to be kept.
  const id = ownText(givenId)
  const owner: Project = Object.freeze({
    id,
    issuer: issuer ?? id,
    suspended,
    ...(name !== undefined && { name }),
    ...(allowedOrigins && { allowedOrigins }),
    ...(scopes && { scopes }),
    ...(metadata !== undefined && { metadata }),
  })
  admitted.add(owner)
  return owner
}

function scopes(given: unknown, wrong: Wrong): readonly string[] | undefined {
  if (given === undefined) return undefined
  const names: unknown[] = Array.isArray(given) ? Array.from(given as unknown[]) : [undefined]
  if (names.every(isScopeName)) return Object.freeze(names)
  throw wrong('must be a list of names without spaces, quotes or backslashes')
}

function allowedOrigins(given: unknown, wrong: Wrong): readonly string[] | undefined {
  if (given === undefined) return undefined
  if (!Array.isArray(given)) throw wrong('must be a list of origins; leave it out to allow any origin')
  return Object.freeze(Array.from(given as unknown[], (origin) => requireOrigin(origin, wrong)))
}

function requireOrigin(origin: unknown, wrong: Wrong): string {
  const url = parseUrl(origin)
  if (url !== undefined && url.origin === origin && !url.hostname.includes('*')) return origin
  // What browsers send is compared as text, so another spelling would never match.
  const hint =
    url === undefined || url.origin === 'null' || url.origin === origin ? 'https://shop.example' : url.origin
  const entry = (url === undefined ? shown(origin) : quoted(origin as string)) || ' an entry'
  throw wrong(`has${entry}, which is not an origin as browsers send it (like ${hint})`)
}
