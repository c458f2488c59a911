import { closest } from '../../options/closest.js'
import { hasMethod } from '../../options/kinds.js'
import { quoted } from '../../options/quoted.js'
import type { RegistryDatabase } from '../../registry/postgres/database.js'
import type { ExpiringKeySource } from '../../types.js'
import type { Finding } from '../finding.js'
import { CommandFailure } from '../exit-code.js'

/** What a module of the platform exports to be checked. */
export interface PlatformParts {
  readonly replayStore?: object
  readonly store?: Partial<ExpiringKeySource>
  readonly db?: RegistryDatabase
  readonly issuer?: { ready(): Promise<unknown> }
  readonly close?: () => unknown
}

type PartName = keyof PlatformParts

interface Kind {
  readonly what: string
  readonly fits: (value: unknown) => boolean
  /** The method by which one is known under any name. */
  readonly knownBy?: string
}

const kinds: Readonly<Record<PartName, Kind>> = {
  replayStore: {
    what: 'a replay store, an object with consume(use)',
    fits: (value) => has(value, 'consume'),
    knownBy: 'consume',
  },
  store: {
    what: 'a PostgresProjectStore, or a key store of your own',
    fits: (value) => has(value, 'find') || has(value, 'expiringKeys'),
    knownBy: 'expiringKeys',
  },
  db: {
    what: 'an object with query(text, params), as a pg Pool and a PGlite have it',
    fits: (value) => has(value, 'query'),
    knownBy: 'query',
  },
  issuer: {
    what: 'what createSessionIssuer returns',
    fits: (value) => has(value, 'ready'),
    knownBy: 'tokenEndpoint',
  },
  close: { what: 'a function', fits: (value) => typeof value === 'function' },
}
const names = Object.keys(kinds) as PartName[]

const list = 'replayStore, store, db, issuer'

/**
 * The parts among what a module exports, by name or as members of its default export, and what is wrong with them. Other exports are
 * the platform's own, unless they look like a part that is missing: a check shall not be left out for a spelling.
 *
 * Throws a CommandFailure for a module without any.
 */
export function partsOf(exported: Readonly<Record<string, unknown>>): {
  readonly parts: PlatformParts
  readonly findings: readonly Finding[]
} {
  const given = membersOf(exported)
  const parts = new Map<PartName, unknown>()
  const findings: Finding[] = []
  for (const name of names) {
    if (!given.has(name)) continue
    if (fits(name, given.get(name))) parts.set(name, given.get(name))
    else findings.push(misfit(name, given.get(name)))
  }
  const missing = names.filter((name) => !given.has(name))
  for (const [name, value] of given) {
    if (!isPartName(name)) findings.push(...lookalike(name, value, missing))
  }
  const isBad = findings.some(({ result }) => result === 'FAIL')
  if (!isBad && !names.some((name) => name !== 'close' && parts.has(name))) {
    throw new CommandFailure(
      'unknown',
      `the module of --config exports nothing that can be checked. Export ${list}, as many of them as the platform has: see docs/doctor-config.md`,
    )
  }
  if (findings.length === 0) {
    const found = Array.from(parts.keys()).join(', ')
    findings.push({ check: 'config', result: 'ok', text: `the module exports ${found}` })
  }
  return { parts: Object.fromEntries(parts), findings }
}

/** What has a name of its own counts, then what the default export has. */
function membersOf(exported: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const { default: fallback, ...named } = exported
  const members = typeof fallback === 'object' && fallback !== null ? Object.entries(fallback) : []
  return new Map([...members, ...Object.entries(named)])
}

function isPartName(name: string): name is PartName {
  return Object.hasOwn(kinds, name)
}

function fits(name: PartName, value: unknown): boolean {
  return kinds[name].fits(value)
}

function misfit(name: PartName, value: unknown): Finding {
  const { what } = kinds[name]
  const found = value === undefined ? 'undefined' : has(value, 'then') ? 'a Promise' : 'of another kind'
  const fix =
    value === undefined
      ? 'Set the variable that it is made of, or leave the export out.'
      : has(value, 'then')
        ? `Await it: export const ${name} = await ...`
        : `It must be ${what}.`
  return { check: 'config', result: 'FAIL', text: `the export ${name} is ${found}`, fix }
}

/** A spelling that is near, for an export that is of the kind, is a mistake. One of the two alone may be chance. */
function lookalike(name: string, value: unknown, missing: readonly PartName[]): Finding[] {
  const ofKind = missing.filter((part) => has(value, kinds[part].knownBy))
  // Every short name is near another one.
  const near = closest(
    name,
    missing.filter((part) => part.length > 2),
  ) as PartName | undefined
  const meant = ofKind.find((part) => part === near) ?? ofKind[0] ?? near
  if (meant === undefined) return []
  const isMisspelled = meant === near && ofKind.includes(meant)
  return [
    {
      check: 'config',
      result: isMisspelled ? 'FAIL' : 'warn',
      text: `the export${quoted(name)} looks like ${meant}, and is not checked under this name`,
      fix: `If it is what the platform uses, export it as ${meant}.`,
    },
  ]
}

function has(value: unknown, method: string | undefined): boolean {
  try {
    return method !== undefined && hasMethod(value, method)
  } catch {
    return false
  }
}
