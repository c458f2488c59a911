import { quoted, refuseUnknownNames, shown } from '../options/option-checks.js'
import { isIdentifier, isScopeName, limits, parseUrl } from '../protocol.js'
import type { Project } from '../types.js'

const known: Record<keyof Project, true> = {
  id: true,
  name: true,
  issuer: true,
  allowedOrigins: true,
  scopes: true,
  suspended: true,
  metadata: true,
}

/** Returns a frozen copy of the project, or throws a TypeError that says which member is wrong and why. */
export function admitProject(project: Project): Project {
  if (typeof (project as unknown) !== 'object' || (project as unknown) === null) {
    throw new TypeError('A project must be an object with an id')
  }
  refuseUnknownNames(project, known, 'member of a project')
  if (!isIdentifier(project.id)) {
    throw new TypeError(`A project needs an id: a string of 1 to ${limits.identifierLength} characters`)
  }
  const wrong = (what: string) => new TypeError(`Project${quoted(project.id)}: ${what}`)

  for (const name of ['issuer', 'allowedOrigins', 'scopes', 'suspended'] as const) {
    // Most often a column that was not selected: it must not open what it should close.
    if (name in project && project[name] === undefined)
      throw wrong(`${name} is undefined; set it or leave it out`)
  }
  const { id, name, issuer = id, allowedOrigins, scopes, suspended = false, metadata } = project
  if (typeof (issuer as unknown) !== 'string' || issuer === '')
    throw wrong('issuer must be a non-empty string')
  if (typeof (suspended as unknown) !== 'boolean') throw wrong('suspended must be true or false')
  if (allowedOrigins !== undefined) checkOrigins(allowedOrigins, wrong)
  if (scopes !== undefined && !(Array.isArray(scopes) && scopes.every(isScopeName))) {
    throw wrong('scopes must be a list of names without spaces, quotes or backslashes')
  }
  return Object.freeze({
    id,
    issuer,
    suspended,
    ...(name !== undefined && { name }),
    ...(allowedOrigins && { allowedOrigins: frozenCopy(allowedOrigins) }),
    ...(scopes && { scopes: frozenCopy(scopes) }),
    ...(metadata !== undefined && { metadata }),
  })
}

function frozenCopy(list: readonly string[]): readonly string[] {
  return Object.freeze(Array.from(list))
}

function checkOrigins(origins: unknown, wrong: (what: string) => TypeError): void {
  if (!Array.isArray(origins)) {
    throw wrong('allowedOrigins must be a list of origins; leave it out to allow any origin')
  }
  for (const origin of origins as unknown[]) {
    const url = parseUrl(origin)
    if (url !== undefined && url.origin === origin && !url.hostname.includes('*')) continue
    // What browsers send is compared as text, so another spelling would never match.
    const hint =
      url === undefined || url.origin === 'null' || url.origin === origin
        ? 'https://shop.example'
        : url.origin
    throw wrong(
      `allowedOrigins has${(url === undefined ? shown(origin) : quoted(origin as string)) || ' an entry'}, which is not an origin as browsers send it (like ${hint})`,
    )
  }
}
