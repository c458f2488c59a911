import { parseArgs } from 'node:util'
import { formOf, parts, type Form, type PartName } from './parts.js'

/** What `--nodes` alone measures on. */
const allNodes = ['20', '22', '24', '26'] as const

export interface BenchArguments {
  readonly form: Form
  readonly names: readonly PartName[]
  /** Majors, or exact versions. None: the Node that runs this. */
  readonly nodes: readonly string[]
  /** Whether this process measures, and leaves targets and pages to the one that started it. */
  readonly apart: boolean
  readonly writesPages: boolean
}

export function readArguments(args: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    // parseArgs knows no option whose value may be left out.
    args: args.map((one) => (one === '--nodes' ? `--nodes=${allNodes.join(',')}` : one)),
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      nodes: { type: 'string', multiple: true, default: [] },
      'write-docs': { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
      apart: { type: 'boolean', default: false },
    },
  })
  const nodes = [...new Set(values.nodes.flatMap((list) => list.split(',')))]
  const unknownNodes = nodes.filter((node) => !/^\d+(\.\d+){0,2}$/.test(node))
  if (unknownNodes.length > 0)
    throw new Error(`--nodes is versions of Node, such as 24,26; not ${unknownNodes.join(', ')}`)
  return {
    form: formOf(values.full),
    names: values.render ? [] : namesOf(positionals, nodes.length > 0),
    nodes,
    apart: values.apart,
    writesPages: values['write-docs'] || values.render,
  }
}

function namesOf(wanted: readonly string[], onNodes: boolean): readonly PartName[] {
  const names = Object.keys(parts) as PartName[]
  const unknown = wanted.filter((name) => !(names as string[]).includes(name))
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}; there are ${names.join(', ')}`)
  if (wanted.length > 0) return names.filter((name) => wanted.includes(name))
  return names.filter((name) => !onNodes || parts[name].onEachNode)
}
