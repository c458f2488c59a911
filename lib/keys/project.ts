import { refuseUnknownNames } from '../known-names.js'
import { limits } from '../protocol.js'
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

/** RFC 6749 section 3.3. */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** Returns a frozen copy of the project, or throws a TypeError that says which member is wrong and why. */
export function admitProject(project: Project): Project {
  if (typeof (project as unknown) !== 'object' || (project as unknown) === null) {
    throw new TypeError('A project must be an object with an id')
  }
  refuseUnknownNames(project, known, 'member of a project')
  if (!isIdentifier(project.id)) {
    throw new TypeError(`A project needs an id: a string of 1 to ${limits.identifierLength} characters`)
  }
  const wrong = (what: string) => new TypeError(`Project ${JSON.stringify(project.id)}: ${what}`)

  const { issuer = project.id, allowedOrigins, scopes, suspended = false } = project
  if (typeof (issuer as unknown) !== 'string' || issuer === '')
    throw wrong('issuer must be a non-empty string')
  if (typeof (suspended as unknown) !== 'boolean') throw wrong('suspended must be true or false')
  if (Object.hasOwn(project, 'allowedOrigins')) checkOrigins(allowedOrigins, wrong)
  if (
    scopes !== undefined &&
    !(Array.isArray(scopes) && scopes.every((scope) => scopeToken.test(String(scope))))
  ) {
    throw wrong('scopes must be a list of names without spaces, quotes or backslashes')
  }
  return Object.freeze({
    ...project,
    issuer,
    suspended,
    ...(allowedOrigins && { allowedOrigins: frozenCopy(allowedOrigins) }),
    ...(scopes && { scopes: frozenCopy(scopes) }),
  })
}

function frozenCopy(list: readonly string[]): readonly string[] {
  return Object.freeze(Array.from(list))
}

/** A string that can name a project or a key: short, printable, and the same in every encoding. */
export function isIdentifier(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= limits.identifierLength &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value)
  )
}

function checkOrigins(origins: unknown, wrong: (what: string) => TypeError): void {
  if (!Array.isArray(origins)) {
    throw wrong('allowedOrigins must be a list of origins; leave it out to allow any origin')
  }
  for (const origin of origins as unknown[]) {
    const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : undefined
    if (url?.origin === origin && url?.origin !== 'null') continue
    // What browsers send is compared as text, so another spelling would never match.
    const hint = url === undefined || url.origin === 'null' ? 'https://shop.example' : url.origin
    throw wrong(
      `allowedOrigins has ${JSON.stringify(origin)}, which is not an origin as browsers send it (like ${hint})`,
    )
  }
}
