import { httpContestants } from '../http/contestants.js'
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
    `This package, with replay protection on, beside what may be used instead, on Node ${nodes.map(({ version }) => version.slice(1)).join(', ')}. Its peers count no uses, but for jose with a \`Map\`. All figures are medians of one run on ${cores} cores (${cpu}), which server and load share. Ratios carry over to other machines; times do not.`,
    ...overHttp(nodes),
    ...(nodes.some(hasChart)
      ? [
          '![Requests a second of the contestants](performance.svg)',
          'In the chart, bare Express has no protection; the yardstick by hand, `node:crypto, pool`, checks hardly more than the signature.',
        ]
      : []),
    ...sections.flatMap((section) => sectionOf(section, nodes)),
    '## Where a peer is ahead',
    'All ratios above in which a peer takes less time than this package. What is within a few hundredths of 1 is noise.',
    peersAhead(nodes),
    '## Measure it yourself',
    measureIt,
    '## How to read it',
    howToRead,
    '## Who was compared',
    'Express 5 in a process of its own each; everyone verifies signature, `exp`, `aud` and `iss`, and a test sees that everyone refuses a token with one flipped bit:',
    list(httpContestants.filter(({ name, peer }) => peer || name.startsWith('reverse-jwt'))),
    '## The machine',
    `${cores} cores (${cpu}), ${system}. When each part was measured, all spreads, the contestants in process and the targets are in [performance targets](performance-targets.md).`,
    '',
  ].join('\n\n')
}

/** The first question, in a sentence. */
function overHttp(nodes: readonly OnNode[]): string[] {
  const { algs: all = [], figures = [] } = sections[0] ?? {}
  const ranges = nodes.flatMap((node) => {
    const ratios = figures
      .filter(({ isPeer = false }) => isPeer)
      .flatMap(({ place }) => all.flatMap((alg) => figureAt(node, place(alg))?.value.median ?? []))
    if (ratios.length === 0) return []
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((one) => shownNumber(one, 'ratio'))
    return [`${least} to ${most} on Node ${majorOf(node.version)}`]
  })
  const each = ranges.join(', ')
  return ranges.length === 0
    ? []
    : [
        `Over HTTP, with 64 busy connections, it serves so many times the requests of a peer, by peer and algorithm: ${each}.`,
      ]
}

function sectionOf({ title, text, algs, figures }: Section, nodes: readonly OnNode[]): string[] {
  const rows =
    algs === undefined
      ? figures.map(({ name, place }) => [name, ...nodes.map((node) => shown(node, place('')))])
      : algs.flatMap((alg) =>
          nodes.map((node) => [
            `${alg}, ${majorOf(node.version)}`,
            ...figures.map(({ place }) => shown(node, place(alg))),
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

function shown(node: OnNode, place: ReturnType<Figure['place']>): string {
  const cell = figureAt(node, place)
  return cell === null ? '' : shownNumber(cell.value.median, cell.unit)
}

/** One line for each section, by algorithm or kind, with the Node of each. */
function peersAhead(nodes: readonly OnNode[]): string {
  const lines = sections.flatMap(({ title, algs, figures }) => {
    const ahead = figures
      .filter(({ isPeer = false }) => isPeer)
      .flatMap((figure) => (algs ?? ['']).flatMap((alg) => aheadWith(figure, alg, nodes)))
    return ahead.length === 0 ? [] : [`- **${title}**: ${ahead.join('; ')}.`]
  })
  return lines.length === 0 ? 'None.' : lines.join('\n')
}

function aheadWith({ name, place }: Figure, alg: string, nodes: readonly OnNode[]): string[] {
  const where = nodes.flatMap((node) => {
    const cell = figureAt(node, place(alg))
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

const howToRead = `- Contestants take turns within one run, so whatever else the machine does meets all. A ratio is taken round by round; the median counts.
- All get the same tokens, each with its own \`jti\`, signed beforehand, and loaded keys. No cache of verified tokens is on.
- A ratio does not tell which Node is faster.
- An empty cell: the contestant does not know the algorithm, or it was not measured.`
