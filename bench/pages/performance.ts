import { httpContestants, yardstick } from '../http/contestants.js'
import { majorOf } from '../results-file.js'
import type { OnNode, Results } from '../results.js'
import { shownNumber } from '../show.js'
import { figureAt, nodesOf } from './figures.js'
import { list, table } from './markdown.js'
import { sections, type Figure, type Section } from './sections.js'

/** What an adopter asks. Every figure comes from `results`, and stands beside its Node. */
export function performancePage(results: Results): string {
  const nodes = nodesOf(results)
  const { cpu, cores, system } = results.machine
  return [
    '# Performance',
    ...overHttp(nodes),
    `This package, with replay protection on, beside what may be used instead, on Node ${nodes.map(({ version }) => version.slice(1)).join(', ')}. Of the peers only jose with a \`Map\` counts uses. ${formOf(nodes)} Each figure is a median of rounds, on ${cores} cores that server and load share. With more cores ratios may differ.`,
    ...(nodes.some(hasChart)
      ? [
          '![Requests a second of the contestants](performance.svg)',
          `In the chart, bare Express has no protection, and \`node:crypto, pool\` is ${yardstick}.`,
        ]
      : []),
    ...sections.flatMap((section) => sectionOf(section, nodes)),
    '## Where a peer is ahead',
    'All comparisons above in which a peer takes less time or memory than this package, as how many times ours it takes. What is within a few hundredths of 1 is noise.',
    peersAhead(nodes),
    '## Measure it yourself',
    measureIt,
    '## How to read it',
    howToRead,
    '## Who was compared',
    'Each runs behind Express 5 in its own process and verifies signature, `exp`, `aud` and `iss`; a test sees that it refuses one flipped bit:',
    list(httpContestants.filter(({ name, peer }) => peer || name.startsWith('reverse-jwt'))),
    '## The machine',
    `${cores} cores (${cpu}), ${system}. Dates, spreads, targets and the contestants in process: [performance targets](performance-targets.md).`,
    '',
  ].join('\n\n')
}

/** The first question, in a sentence. Node 24 first, which most run. */
function overHttp(nodes: readonly OnNode[]): string[] {
  const { algs: all = [], figures = [] } = sections[0] ?? {}
  const ranges = nodes.toSorted(byImportance).flatMap((node) => {
    const ratios = figures.flatMap(({ peerRatio }) =>
      peerRatio === undefined ? [] : all.flatMap((alg) => figureAt(node, peerRatio(alg))?.value.median ?? []),
    )
    if (ratios.length === 0) return []
    const [from, to] = [Math.min(...ratios), Math.max(...ratios)].map((one) => shownNumber(one, 'ratio'))
    return [{ range: `${from} to ${to}`, node: `Node ${majorOf(node.version)}` }]
  })
  const [first, ...others] = ranges
  if (first === undefined) return []
  const rest = others.map(({ range, node }) => `; ${range} on ${node}`).join('')
  return [
    `With 64 busy connections reverse-jwt serves ${first.range} times as many requests a second as its peers (${first.node}${rest}).`,
  ]
}

function byImportance(one: OnNode, other: OnNode): number {
  return Number(majorOf(other.version) === '24') - Number(majorOf(one.version) === '24')
}

/** In which form it was measured. */
function formOf(nodes: readonly OnNode[]): string {
  const forms = new Set(nodes.flatMap(({ parts }) => Object.values(parts).map(({ form }) => form)))
  if (forms.size === 1) return `All parts were measured in the ${[...forms].join('')} form.`
  return 'Some parts were measured in the short form, others in the full one: [which](performance-targets.md#when-it-was-measured).'
}

function sectionOf({ title, text, algs, figures }: Section, nodes: readonly OnNode[]): string[] {
  const rows =
    algs === undefined
      ? figures.map((figure) => [figure.name, ...nodes.map((node) => shown(node, figure, ''))])
      : algs.flatMap((alg) =>
          nodes.map((node) => [
            `${alg}, ${majorOf(node.version)}`,
            ...figures.map((figure) => shown(node, figure, alg)),
          ]),
        )
  const filled = rows.filter(([, ...cells]) => cells.some((text) => text !== ''))
  if (filled.length === 0) return []
  const head =
    algs === undefined
      ? nodes.map(({ version }) => `Node ${majorOf(version)}`)
      : figures.map(({ name }) => name)
  const corner = algs === undefined ? '' : 'Algorithm, Node'
  return [`## ${title}`, text, table([corner, ...head], filled)]
}

function shown(node: OnNode, { place, unit }: Figure, alg: string): string {
  const cell = figureAt(node, place(alg))
  if (cell === null) return ''
  const { value, unit: measured } = cell
  return unit === undefined ? shownNumber(value.median, measured) : shownNumber(value.median / 1e3, unit)
}

/** One line for each section, by algorithm or kind, with the Node of each. */
function peersAhead(nodes: readonly OnNode[]): string {
  const lines = sections.flatMap(({ title, algs, figures }) => {
    const ahead = figures.flatMap((figure) => (algs ?? ['']).flatMap((alg) => aheadWith(figure, alg, nodes)))
    return ahead.length === 0 ? [] : [`- **${title}**: ${ahead.join('; ')}.`]
  })
  return lines.length === 0 ? 'None.' : lines.join('\n')
}

function aheadWith({ name, peerRatio }: Figure, alg: string, nodes: readonly OnNode[]): string[] {
  if (peerRatio === undefined) return []
  const where = nodes.flatMap((node) => {
    const cell = figureAt(node, peerRatio(alg))
    if (cell === null || cell.value.median >= 0.995) return []
    return [`${majorOf(node.version)}: ${shownNumber(cell.value.median, cell.unit)}`]
  })
  const what = [name, alg].filter((text) => text !== '').join(', ')
  return where.length === 0 ? [] : [`${what} (Node ${where.join(', ')})`]
}

export function hasChart({ version, parts }: OnNode): boolean {
  return majorOf(version) === '24' && (parts.http?.charts ?? []).length > 0
}

const measureIt = `\`\`\`sh
npm run bench                          # on the Node that you run, all parts in short form
npm run bench -- --nodes               # on Node 20, 22, 24 and 26, which come from npm
npm run bench -- --nodes=24 http       # one Node, one part
\`\`\`

\`--full\` measures for longer, and \`--write-docs\` makes these pages. Redis and PostgreSQL must be installed.`

const howToRead = `- Contestants take turns, so whatever else the machine does meets all. Ratios are taken round by round.
- All get the same tokens, each with its own \`jti\`, signed beforehand, and loaded keys. No cache of verified tokens is on.
- A ratio does not tell which Node is faster.
- An empty cell: an algorithm that the contestant lacks, or not measured.`
