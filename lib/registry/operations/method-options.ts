import { refuseUndefined, refuseUnknownNames } from '../../options/option-checks.js'
import { isIdentifier, limits } from '../../protocol.js'
import { requireReadable } from '../rules/names.js'
import { RegistryError } from '../registry-error.js'

/** What every change takes. */
export interface ChangeOptions {
  /** Who changes, for the audit: 1 to 256 characters, all of which can be seen. */
  readonly by: string
}

/** Runs a check whose TypeErrors are the caller's to read. */
export function checked<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof TypeError ? new RegistryError('request_invalid', error.message) : error
  }
}

/** A project id or a kid that may be stored: old ones may have any character. */
export function requireName(what: string, value: unknown): string {
  if (isIdentifier(value)) return value
  throw invalid(
    `${what} must be a string of 1 to ${limits.identifierLength} characters, not blank, without control characters`,
  )
}

/** The same, or nothing. */
export function optionalName(what: string, value: unknown): string | undefined {
  return value === undefined ? undefined : requireName(what, value)
}

/** A reason, for people and for the audit, or none. */
export function optionalReason(value: unknown): string | undefined {
  return value === undefined ? undefined : checked(() => requireReadable('reason', value))
}

/** Checks the names of the options, and `by`. A member that is there but undefined is a value that got lost. */
export function readOptions<T extends ChangeOptions>(
  given: T,
  known: Readonly<Record<Exclude<keyof T, 'by'>, true>>,
): T {
  checked(() => {
    refuseUnknownNames(given, { by: true, ...known }, 'option')
    refuseUndefined(given, '')
  })
  checked(() => requireReadable('by', given.by))
  return given
}

/** Seconds for which a replaced key stays good: a day. */
export const defaultOverlap = 86_400

/** Seconds from 0 to 30 days. */
export function overlapOf(value: unknown): number {
  if (value === undefined) return defaultOverlap
  if (typeof value === 'number' && value >= 0 && value <= longestOverlap) return value
  throw invalid(`overlap must be a number of seconds from 0 to ${longestOverlap} (30 days)`)
}

const longestOverlap = 30 * 86_400

/** How many entries of a list are answered at once. */
export function limitOf(value: unknown): number {
  if (value === undefined) return 50
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 500) return value as number
  throw invalid('limit must be an integer from 1 to 500')
}

export function invalid(message: string): RegistryError {
  return new RegistryError('request_invalid', message)
}
