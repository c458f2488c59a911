import { CommandFailure } from '../exit-code.js'
import { codesOf, reasonOf } from './failure-reason.js'

const kinds = 'Give a .mjs, .js or .cjs file; TypeScript is compiled first, unless this Node reads it'

/** What Node says of a module that it cannot load, by its code. */
const reasons = new Map([
  ['ERR_UNKNOWN_FILE_EXTENSION', `this Node loads no file of this kind. ${kinds}`],
  ['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', `this Node does not read all of TypeScript. ${kinds}`],
  ['ERR_IMPORT_ATTRIBUTE_MISSING', `it is no module. ${kinds}`],
  ['ERR_IMPORT_ASSERTION_TYPE_MISSING', `it is no module. ${kinds}`],
])

/** The name of a package, which is no path and no address. */
const missingPackage = /^Cannot find (?:package|module) '((?:@[\w.-]{1,60}\/)?[\w.-]{1,60})'/

/**
 * The sentence for a module that cannot be loaded. It repeats nothing of the file, which may be another one than was meant, and nothing
 * that its code says.
 */
export function loadingFailure(error: unknown): CommandFailure {
  return new CommandFailure('unknown', `the module of --config ${why(error)}`)
}

function why(error: unknown): string {
  const [code] = codesOf(error)
  const reason = code === undefined ? undefined : reasons.get(code)
  if (reason !== undefined) return `cannot be loaded: ${reason}`
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return `cannot be loaded: ${missing(error)}`
  if (error instanceof SyntaxError) {
    return 'cannot be loaded: it is no JavaScript, or imports a name that is not exported. Run it by node, which says where'
  }
  return `threw when it was imported (${reasonOf(error).text}). Run it by node, which shows all of it`
}

function missing(error: unknown): string {
  const [, name] = missingPackage.exec((error as Error).message) ?? []
  return name === undefined
    ? 'it imports a file that is not there. Run it by node, which says which'
    : `it imports the package ${name}, which is not installed there. Run npm install in its folder`
}
