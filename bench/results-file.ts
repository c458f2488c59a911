import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { MeasuredPart, Results } from './results.js'

const file = fileURLToPath(new URL('../../bench/results.json', import.meta.url))

/** What this machine measured before: parts, and Nodes, may be run one by one. */
export function readResults(): Results {
  const machine = thisMachine()
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Results
    if (JSON.stringify(kept.machine) === JSON.stringify(machine)) return kept
  } catch {
    // There is none yet.
  }
  return { machine, nodes: {} }
}

export function keepPart(name: string, part: MeasuredPart): void {
  const results = withPart(readResults(), process.version, name, part)
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`)
}

/** What another version of the same major measured gives way. */
export function withPart(results: Results, version: string, name: string, part: MeasuredPart): Results {
  const major = majorOf(version)
  const before = results.nodes[major]
  const parts = { ...(before?.version === version ? before.parts : {}), [name]: part }
  return { ...results, nodes: { ...results.nodes, [major]: { version, parts } } }
}

export function majorOf(version: string): string {
  return /\d+/.exec(version)?.[0] ?? version
}

export function thisMachine(): Results['machine'] {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    system: `${process.platform} ${release()}`,
  }
}
