import { identifier, required } from '../../options/kinds.js'
import { argumentReader, optionsReader, type OptionTable, type Values } from '../../options/options.js'
import { checkRequest } from '../registry-error.js'
import { readableText } from '../rules/names.js'

/** What every change takes. */
export interface RegistryChangeOptions {
  /** Who changes, for the audit: 1 to 256 characters, all of which can be seen. */
  readonly by: string
}

const who = { by: required(readableText, 'who changes, for the audit') }

/**
 * Makes the reader of the options of a change. What it refuses is a `RegistryError` that begins with the name of the method.
 */
export function changeReader<Options extends OptionTable>(method: string, options: Options) {
  const read = optionsReader(method, { ...who, ...options })
  return (given: unknown): Values<Options & typeof who> => checkRequest(() => read(given))
}

/** The same for a change of a project, whose id is the first argument. */
export function projectChangeReader<Options extends OptionTable>(method: string, options: Options) {
  const read = changeReader(method, options)
  const readProjectId = projectIdReader(method)
  return (projectId: unknown, given: unknown) => ({ ...read(given), projectId: readProjectId(projectId) })
}

/** The same for a query. */
export function queryReader<Options extends OptionTable>(method: string, options: Options) {
  const read = optionsReader(method, options, 'member of a query')
  return (given: unknown): Values<Options> => checkRequest(() => read(given))
}

/** Makes the reader of the id of a project. */
export function projectIdReader(method: string): (given: unknown) => string {
  const read = argumentReader(method, 'projectId', required(identifier, 'the id of a project'))
  return (given) => checkRequest(() => read(given))
}
