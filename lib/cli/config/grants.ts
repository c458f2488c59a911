import type { RegistryDatabase } from '../../registry/postgres/database.js'
import { heldRights } from '../../registry/postgres/inspection-statements.js'
import { rights, type Grant, type Privilege } from '../../registry/postgres/rights.js'
import type { Finding } from '../finding.js'
import { askDatabase, isOfThisVersion, type AskedDatabase } from './database.js'
import { reasonOf } from './failure-reason.js'

interface HeldRights {
  readonly isSuperuser: boolean
  readonly isOwner: boolean
  readonly usesSchema: boolean
  readonly addsTables: boolean
  /** The columns of each table. */
  readonly columns: Readonly<Record<string, readonly string[]>>
  readonly rights: readonly HeldRight[]
}

/** One privilege on columns of one table. */
interface HeldRight {
  readonly table: string
  readonly privilege: string
  readonly columns: readonly string[]
}

const check = 'grants'
const maxNamed = 4

/** May the role that is connected do what a verifier does, and nothing else? What is compared is what `grants()` gives. */
export async function grantFindings(db: RegistryDatabase, asked: AskedDatabase): Promise<Finding[]> {
  if ('failure' in asked) return [{ check, result: 'skip', text: 'the database cannot be asked' }]
  if (!isOfThisVersion(asked))
    return [{ check, result: 'skip', text: 'the schema is not of this version: see database' }]
  let held: HeldRights
  try {
    held = await askDatabase<HeldRights>(db, heldRights)
  } catch (error) {
    const { text, fix = 'See whether the database runs.' } = reasonOf(error)
    return [{ check, result: 'FAIL', text: `the rights of the role cannot be read (${text})`, fix }]
  }
  const findings = [...missing(held), ...excessive(held)]
  if (findings.length > 0) return findings
  return [{ check, result: 'ok', text: 'the role may do what a verifier needs, and nothing else' }]
}

function missing(held: HeldRights): Finding[] {
  const schema = held.usesSchema ? [] : ['use the schema']
  const lacking = needed(held).flatMap(({ table, privilege, columns }) => {
    const have = columnsOf(held, table, privilege)
    const lost = columns.filter((column) => !have.includes(column))
    if (lost.length === 0) return []
    return [`${privilege} ${table}${lost.length < columns.length ? ` (${lost.join(', ')})` : ''}`]
  })
  const all = [...schema, ...lacking]
  if (all.length === 0) return []
  return [
    {
      check,
      result: 'FAIL',
      text: `the role may not ${listOf(all)}`,
      fix: 'As the owner, run the SQL of grants() with this role as the verifier, again after each migrate().',
    },
  ]
}

const fewer =
  'If this process only verifies tokens, let it connect as the verifier of grants(). One that manages projects and keys needs more.'

function excessive(held: HeldRights): Finding[] {
  const warning = (text: string): Finding[] => [{ check, result: 'warn', text, fix: fewer }]
  if (held.isSuperuser)
    return warning('the role is a superuser: this process could change and delete everything')
  if (held.isOwner)
    return warning('the role owns the tables: this process could change and delete all of them')
  const granted = needed(held)
  const more = held.rights.flatMap(({ table, privilege, columns }) => {
    const allowed =
      granted.find((right) => right.table === table && right.privilege === privilege)?.columns ?? []
    const others = columns.filter((column) => !allowed.includes(column))
    return others.length === 0 ? [] : [{ table, privilege }]
  })
  const all = [
    ...(held.addsTables ? ['add tables'] : []),
    ...more
      .toSorted((a, b) => weightOf(a) - weightOf(b))
      .map(({ table, privilege }) => `${privilege} ${table}`),
  ]
  return all.length === 0 ? [] : warning(`this process could also ${listOf(all)}`)
}

/** What makes a key good, or bad, comes first; then what else can be changed. */
function weightOf({ table, privilege }: Pick<HeldRight, 'table' | 'privilege'>): number {
  if (privilege === 'SELECT') return 2
  return table === 'keys' || table === 'projects' ? 0 : 1
}

/** What a verifier is granted, with the columns of the tables as they are. */
function needed({ columns }: HeldRights): HeldRight[] {
  return rights
    .filter(({ to }) => to.includes('verifier'))
    .flatMap(({ tables, privileges }) =>
      tables.flatMap((table) =>
        entriesOf(privileges).map(([privilege, granted]) => ({
          table,
          privilege,
          columns: granted === 'all columns' ? (columns[table] ?? []) : granted,
        })),
      ),
    )
}

function entriesOf(privileges: Grant['privileges']) {
  return Object.entries(privileges) as [Privilege, readonly string[] | 'all columns'][]
}

function columnsOf({ rights }: HeldRights, table: string, privilege: string): readonly string[] {
  return rights.find((right) => right.table === table && right.privilege === privilege)?.columns ?? []
}

function listOf(all: readonly string[]): string {
  const named = all.slice(0, maxNamed).join(', ')
  return all.length > maxNamed ? `${named} and ${all.length - maxNamed} more` : named
}
