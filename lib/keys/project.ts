import { flag, identifier, required, text, unchecked } from '../options/kinds.js'
import { optionsReader, refuseUnknownNames, type OptionsOf, type Wrong } from '../options/options.js'
import { quoted, shown } from '../options/quoted.js'
import { isIdentifier, isScopeName, limits, parseUrl } from '../protocol.js'
import type { Project } from '../types.js'

const members = {
  id: required(identifier, 'a project needs one'),
  name: unchecked,
  issuer: text({ fits: (issuer) => issuer !== '', what: 'a non-empty string' }),
  allowedOrigins,
  scopes,
  suspended: flag,
  metadata: unchecked,
} satisfies OptionsOf<Project>

/** Returns a frozen copy of the project, or throws a TypeError that says which member is wrong and why. */
export function admitProject(project: Project): Project {
  if (typeof (project as unknown) !== 'object' || (project as unknown) === null)
    throw new TypeError('A project must be an object with an id')
  if (!isIdentifier(project.id))
    throw new TypeError(`A project needs an id: a string of 1 to ${limits.identifierLength} characters`)
  const owner = `Project${quoted(project.id)}`
  refuseUnknownNames(owner, project, members, 'member')
  // Undefined is an error in the others, most often a column that was not selected: it must not open what it should close.
  const { name, metadata, ...checked } = project
  const {
    id,
    issuer = id,
    suspended,
    allowedOrigins,
    scopes,
  } = optionsReader(owner, members, 'member')(checked)
  return Object.freeze({
    id,
    issuer,
    suspended,
    ...(name !== undefined && { name }),
    ...(allowedOrigins && { allowedOrigins }),
    ...(scopes && { scopes }),
    ...(metadata !== undefined && { metadata }),
  })
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
