import { contestants, refusers } from '../contestants/all.js'
import { httpContestants } from '../http/contestants.js'
import { parts } from '../parts.js'
import { majorOf } from '../results-file.js'
import { isMet, type OnNode, type Results, type Table, type Verdict } from '../results.js'
import { shownCell, shownNumber, unitOf } from '../show.js'
import { nodesOf } from './figures.js'
import { list, table } from './markdown.js'

/** What contributors need: each target on each Node, why some are missed, and all tables with their spreads. */
export function targetsPage(results: Results, reasons: string): string {
  const nodes = nodesOf(results)
  return [
    '# Performance targets',
    'For contributors; users find their answers in [performance](performance.md). Made by `npm run bench -- --write-docs`, except for the reasons, which are `bench/missed-targets.md`.',
    '## Targets',
    'The median counts. Missed ones are bold; behind each is what it was to reach, and the peer where the best or cheapest is meant.',
    targetsTable(nodes),
    '## Why targets are missed',
    reasons.trim(),
    '## When it was measured',
    'The load before is how many processes wanted a core, on average of the minute before. With much more than 0 the times are worth little; the ratios suffer less.',
    table(
      ['Part', ...nodes.map(({ version }) => `Node ${version.slice(1)}`)],
      partNames(nodes).map((name) => [name, ...nodes.map((node) => measuredWhen(node, name))]),
    ),
    '## All tables',
    'Medians, with the minimum and the maximum of all rounds in brackets.',
    ...titlesOf(nodes).flatMap((title) => tablesOf(title, nodes)),
    '## Contestants',
    'In process:',
    list([...new Set([...contestants, ...refusers])]),
    'Each runs behind Express 5 in its own process:',
    list(httpContestants),
    '',
  ].join('\n\n')
}

function targetsTable(nodes: readonly OnNode[]): string {
  const names = partNames(nodes)
  const verdicts = nodes.map(({ parts }) => names.flatMap((name) => parts[name]?.verdicts ?? []))
  const all = [...new Set(verdicts.flat().map(({ target }) => target))]
  return table(
    ['Target', ...nodes.map(({ version }) => `Node ${majorOf(version)}`)],
    all.map((text) => [
      text,
      ...verdicts.map((mine) => shownShort(mine.find(({ target }) => target === text))),
    ]),
  )
}

function shownShort(verdict: Verdict | undefined): string {
  if (verdict === undefined) return ''
  const { reached, atLeast, atMost, against } = verdict
  const whom = against === undefined ? '' : `, ${against}`
  const limit = atLeast === undefined ? `≤ ${atMost ?? '?'}` : `≥ ${atLeast}`
  const value = shownNumber(reached.value.median, reached.unit)
  return `${isMet(verdict) ? value : `**${value}**`} (${limit}${whom})`
}

/** In the order in which they are measured. */
function partNames(nodes: readonly OnNode[]): readonly string[] {
  const measured = nodes.flatMap(({ parts }) => Object.keys(parts))
  return [...new Set([...Object.keys(parts).filter((name) => measured.includes(name)), ...measured])]
}

function measuredWhen({ parts }: OnNode, name: string): string {
  const part = parts[name]
  if (part === undefined) return ''
  return `${part.form}, ${part.measured}, ${part.took} s, load ${part.loadBefore.toFixed(1)}`
}

/** In the order of the parts. */
function titlesOf(nodes: readonly OnNode[]): readonly string[] {
  const ofPart = (name: string) =>
    nodes.flatMap(({ parts }) => (parts[name]?.tables ?? []).map(({ title }) => title))
  return [...new Set(partNames(nodes).flatMap(ofPart))]
}

/** The text once, for it says the same of each Node. */
function tablesOf(title: string, nodes: readonly OnNode[]): string[] {
  const measured = nodes.flatMap(({ version, parts }) =>
    Object.values(parts)
      .flatMap(({ tables }) => tables)
      .filter((one) => one.title === title)
      .map((one) => ({ version, one })),
  )
  return [
    `### ${title}`,
    measured[0]?.one.text ?? '',
    ...measured.map(({ version, one }) => fullTable(`Node ${version.slice(1)}`, one)),
  ]
}

function fullTable(corner: string, { columns, rows }: Table): string {
  const body = rows.map(({ name, cells }) => [
    name,
    ...cells.map((cell) =>
      cell === null ? '' : shownCell(cell) + (cell.unit === '/s' ? '' : unitOf(cell.unit)),
    ),
  ])
  return table([corner, ...columns], body)
}
