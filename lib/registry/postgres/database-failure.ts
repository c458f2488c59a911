import { outageFrom, outageReasonIn, refusalFactsOf, StoreError } from '../../errors.js'
import { inAscii } from '../../options/quoted.js'
import { invalid } from '../registry-error.js'
import type { ProjectChangeOutcome } from '../store/project-store.js'
import { StoreUnusableError } from '../store-unusable-error.js'

/** SQLSTATE, as PostgreSQL's manual lists them in its appendix A. Codes of Node (EPIPE) and of Prisma (P1001) are none. */
const sqlState = /^(?:\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/

/**
 * What passes without anybody's help: connections, conflicts, resources, an operator's restart, input and output, locks, time
 * limits of transactions. XX000 is what some poolers say when they have no connection left.
 */
const passing = /^(?:08|40|53|57|58)|^(?:25P0[234]|55006|55P03|XX000)$/

/** A text that the encoding of the database, or of the connection, cannot write. */
const unwritable = /^(?:22021|22P05)$/

/** What to do about it, by the SQLSTATE. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /^42501$/,
    'Run the SQL of grants() as the owner, again after each migrate() to a newer version, and connect as one of the two roles that it names.',
  ],
  [/^25006$/, 'The database is read-only: connect to the primary, and as a role that may write.'],
  [/^(?:3F000|42P01|42703|42883)$/, 'Run migrate() as the owner of the schema reverse_jwt.'],
  [/^28/, 'Correct the user and the password of the connection.'],
  [/^3D000$/, 'Create the database, or correct its name in the connection.'],
  [/^23514$/, 'Correct the rows that the constraint refuses, then try again.'],
  [unwritable, 'Use a database with the encoding UTF8.'],
]
const remedyOfMigration =
  'migrate() is for the owner of the schema reverse_jwt. To make the schema, its role needs the right to: GRANT CREATE ON DATABASE ... TO ...'

/**
 * The error that says what became of a question to the database. `doing` completes "cannot": `list projects`. `given` are the
 * parameters.
 *
 * What passes by itself, and what nobody knows, is a `StoreError` (503), what somebody has to change a `StoreUnusableError`, and
 * a text that this database cannot write the mistake of who gave it. `owner` is what the platform wrote to ask it.
 */
export function databaseFailure(
  owner: string,
  doing: string,
  thrown: unknown,
  given: readonly string[],
): Error {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown }
  const state = typeof code === 'string' && sqlState.test(code) ? code : undefined
  if (state === undefined || passing.test(state))
    return outage(`${owner} cannot ${doing}`, thrown, state ?? code)
  if (unwritable.test(state) && given.some((text) => /[^\x20-\x7E]/.test(text))) {
    return invalid(
      'The encoding of the database cannot write a character that was given. Use another one, or a database with the encoding UTF8. Nothing was changed.',
    )
  }
  const reason = `${lineOf(message)} (SQLSTATE ${state}).${remedyOf(doing, state)}`
  return unusable(`${owner} cannot ${doing}`, reason, thrown)
}

/** What is stored cannot be read. */
export function unreadable(doing: string, cause: unknown): StoreUnusableError {
  const reason = `what is stored cannot be read: ${lineOf((cause as Error).message)}.`
  return unusable(`PostgresProjectStore cannot ${doing}`, `${reason} Correct the row.`, cause)
}

/** What is an answer, not an outage: a unique name that is in use, or a conflict with another change. */
export function decisionOf(error: unknown): ProjectChangeOutcome | undefined {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  if (code === '23505') {
    if (constraint === 'projects_pkey') return 'project_exists'
    return constraint === 'keys_one_owner' ? 'key_exists' : 'stale'
  }
  // Serialization failure, deadlock: the database undid one of two changes.
  return code === '40001' || code === '40P01' ? 'stale' : undefined
}

/** SQLSTATE, Node's codes, Prisma's. */
const knownCode = /^(?:[\dA-Z]{5}|E[A-Z_]{2,30}|P\d{4})$/

/** Says nothing of what the driver says, which may hold addresses: the message of an outage may reach the caller. */
function outage(what: string, thrown: unknown, code: unknown): StoreError {
  const { cause } = outageFrom(thrown)
  const name = typeof code === 'string' && knownCode.test(code) ? ` (${code})` : ''
  // Only of our own outages is the cause a sentence of ours: a driver may throw any text.
  const isOurs = thrown instanceof StoreError && typeof cause === 'string'
  const reason = isOurs ? cause : `the database cannot be asked${name}`
  const description = `${what} right now: ${reason}. Try again shortly.`
  return new StoreError('store_unavailable', {
    description,
    cause,
    reason: outageReasonIn(refusalFactsOf(thrown)),
  })
}

function unusable(what: string, reason: string, cause: unknown): StoreUnusableError {
  return new StoreUnusableError(`${what}: ${reason}`, { cause })
}

function remedyOf(doing: string, state: string): string {
  if (doing === 'migrate' && state === '42501') return ` ${remedyOfMigration}`
  const [, remedy] = remedies.find(([states]) => states.test(state)) ?? []
  return remedy === undefined ? '' : ` ${remedy}`
}

/** One line, which no log takes for several. */
function lineOf(message: unknown): string {
  const [line = ''] = String(message).split('\n', 1)
  return inAscii(line.slice(0, 200))
}
