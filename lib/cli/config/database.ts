import { inAscii } from '../../options/quoted.js'
import { Questions, type RegistryDatabase } from '../../registry/postgres/database.js'
import { inspection } from '../../registry/postgres/inspection-statements.js'
import { migrations, versionByTables } from '../../registry/postgres/migrations.js'
import { recordIn } from '../../registry/postgres/rows.js'
import { newestVersion } from '../../registry/postgres/statements.js'
import { systemClock, type Clock } from '../../time/clock.js'
import type { Finding } from '../finding.js'
import { otherAnswer, reasonOf, type FailureReason } from './failure-reason.js'

interface Inspection {
  /** As `server_version_num` has it: 150006. */
  readonly serverVersion: number
  readonly encoding: string
  readonly isReadOnly: boolean
  /** Epoch seconds. */
  readonly now: number
  readonly tables: readonly string[]
  readonly readsVersion?: boolean
}

export interface DatabaseFacts extends Inspection {
  /** Of the schema; 0 where there is none. */
  readonly version: number
  /** Or newer: the role may not read which. */
  readonly isVersionAtLeast: boolean
  /** By how much its clock is ahead of ours, without what an answer takes on its way. */
  readonly secondsAhead: number
}

export type AskedDatabase = DatabaseFacts | { readonly failure: FailureReason }

/** Longer than a query of the platform may take: a connection may have to be made first. */
const timeoutMs = 5_000

/** Asks a database one question within the time limit, and gets its one record. Throws what the driver throws, among others. */
export async function askDatabase<T>(db: RegistryDatabase, statement: string): Promise<T> {
  const [row] = await new Questions('doctor', db, timeoutMs).ask(statement, [])
  try {
    return recordIn(row) as T
  } catch {
    throw new TypeError(otherAnswer)
  }
}

/** Asks a database what it is, in which state it is, and what time it has. Only reads. */
export async function inspect(db: RegistryDatabase, clock: Clock = systemClock): Promise<AskedDatabase> {
  try {
    const before = clock()
    const found = await askDatabase<Inspection>(db, inspection)
    const secondsAhead = outside(found.now, before, clock())
    const isVersionAtLeast = found.readsVersion !== true
    const version = isVersionAtLeast
      ? versionByTables(found.tables)
      : ((await askDatabase<number | undefined>(db, newestVersion)) ?? 0)
    return { ...found, version, isVersionAtLeast, secondsAhead }
  } catch (error) {
    return { failure: reasonOf(error) }
  }
}

/** How far a moment is after the end of a time, or below 0 before its start. */
function outside(moment: number, start: number, end: number): number {
  return moment > end ? moment - end : Math.min(0, moment - start)
}

const check = 'database'
const minServerVersion = 13
const known = migrations.length

/** Can the platform work with the database as it is? */
export function databaseFindings(asked: AskedDatabase): Finding[] {
  if ('failure' in asked) {
    const { text, fix = 'See whether it runs and can be reached from here.' } = asked.failure
    return [{ check, result: 'FAIL', text: `the database cannot be asked (${text})`, fix }]
  }
  const findings = [...serverFindings(asked), ...schemaFindings(asked)]
  if (findings.length > 0) return findings
  const { serverVersion, version, isVersionAtLeast } = asked
  const orNewer = isVersionAtLeast ? ' at least: this role may not read whether it is newer' : ''
  const text = `PostgreSQL ${versionText(serverVersion)}, schema reverse_jwt of version ${version}${orNewer}`
  return [{ check, result: 'ok', text }]
}

function serverFindings({ serverVersion, encoding, isReadOnly }: Inspection): Finding[] {
  const findings: Finding[] = []
  if (Math.floor(serverVersion / 10_000) < minServerVersion) {
    findings.push({
      check,
      result: 'FAIL',
      text: `this is PostgreSQL ${versionText(serverVersion)}; it must be ${minServerVersion} or newer`,
      fix: 'Upgrade the server.',
    })
  }
  if (encoding !== 'UTF8') {
    findings.push({
      check,
      result: 'warn',
      text: `the encoding of the database is ${inAscii(encoding.slice(0, 40))}: names that it cannot write are refused`,
      fix: 'Use a database with the encoding UTF8.',
    })
  }
  if (isReadOnly) {
    findings.push({
      check,
      result: 'FAIL',
      text: 'the database is read-only: no session can be ended, and a replica that lags knows keys that are revoked',
      fix: 'Connect to the primary, and as a role that may write.',
    })
  }
  return findings
}

function schemaFindings({ version, tables }: DatabaseFacts): Finding[] {
  const fix =
    'As the owner of the schema, with this version of reverse-jwt: await store.migrate(), and then the SQL of grants().'
  if (version === 0) {
    const text =
      tables.length === 0 ? 'there is no schema reverse_jwt' : 'the schema reverse_jwt has no version'
    return [{ check, result: 'FAIL', text, fix }]
  }
  if (version < known) {
    const text = `the schema reverse_jwt has version ${version}; this reverse-jwt needs ${known}`
    return [{ check, result: 'FAIL', text, fix }]
  }
  if (version > known) {
    return [
      {
        check,
        result: 'FAIL',
        text: `the schema reverse_jwt has version ${version}; this reverse-jwt knows versions up to ${known}`,
        fix: 'Install a newer reverse-jwt; there is no way back.',
      },
    ]
  }
  return []
}

/** Since version 10 the last four digits are the minor version. */
function versionText(version: number): string {
  return `${Math.floor(version / 10_000)}.${version % 10_000}`
}

/** Whether the schema is the one that this package makes, as far as can be seen. */
export function isOfThisVersion({ version }: DatabaseFacts): boolean {
  return version === known
}
