import { CommandFailure } from './exit-code.js'

const noFile = 'there is no such file'
const noPath = 'this is no path'

/** By the codes of Node. */
const reasons = new Map<unknown, string>([
  ['ENOENT', noFile],
  ['ENOTDIR', noFile],
  ['ENAMETOOLONG', noPath],
  // A path with NUL. Node's own sentence would repeat it.
  ['ERR_INVALID_ARG_VALUE', noPath],
  ['EISDIR', 'this is a folder'],
  ['EACCES', 'you may not read this file'],
  ['EPERM', 'you may not read this file'],
])

/**
 * Why a file cannot be read. `what` is what the user calls it, and `give` what its path should be that of. No sentence repeats the path:
 * where a path is expected, a secret may stand.
 */
export function unreadable(what: string, error: unknown, give: string): CommandFailure {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  const reason = reasons.get(code)
  const sentence = reason === undefined ? String(code) : `${reason}. Give the path of ${give}`
  return new CommandFailure('unknown', `${what} cannot be read: ${sentence}`)
}
