import { contestants, refusers } from './contestants/all.js'
import { httpContestants } from './http/contestants.js'
import type { MeasuredPart, Results, Table } from './results.js'
import { shownCell, shownVerdict, unitOf } from './show.js'
import { isMet } from './results.js'

/** The page that says what was measured. Every number in it comes from `results`. */
export function markdown(results: Results): string {
  const { machine } = results
  const parts = Object.entries(results.parts)
  return [
    '# Performance, measured side by side',
    'Made by `npm run bench -- --write-docs`. Every number on this page was measured; none was written by hand.',
    '![Throughput and latency of the contestants](performance.svg)',
    '## The machine',
    `${machine.cores} cores (${machine.cpu}), Node ${machine.node}, ${machine.system}.`,
    table(
      ['Part', 'Form', 'Measured', 'Took', 'Load before'],
      parts.map(([name, { title, form, measured, took, loadBefore }]) => [
        `${title} (\`${name}\`)`,
        form,
        measured,
        `${took} s`,
        loadBefore.toFixed(1),
      ]),
    ),
    'The load before is how many processes wanted a core, on average of the minute before. With much more than 0 the times below are worth little; the ratios suffer less.',
    howToRead,
    '## Targets',
    'A target is met when the median reaches it. This package counts every use of a token; its peers count none.',
    ...parts.flatMap(([, part]) => verdictsOf(part)),
    ...parts.flatMap(([, part]) => [`## ${part.title}`, ...part.tables.flatMap(tableOf)]),
    '## The contestants',
    'Every one of them verifies the signature, `exp`, `aud` and `iss`, and refuses a token with one flipped bit: a test sees to that.',
    'In process:',
    list([...new Set([...contestants, ...refusers])]),
    'Behind Express 5, in a process of its own each:',
    list(httpContestants),
    '',
  ].join('\n\n')
}

const howToRead = `## How to read it

- Contestants take turns within one run (A B C, B C A, ...), so that whatever else the machine does meets all of them. A ratio is taken round by round, between turns of the same round. A cell is the median of all rounds, and in brackets the least and the most.
- Ratios carry over to other machines; times do not. Nothing here is a gate of the tests.
- Each contestant gets the same tokens, each with a \`jti\` of its own, signed before anything is timed, with keys that are already loaded. No cache of verified tokens is on anywhere.
- CPU is that of the process that verifies: of its main thread, which serves all requests, or of all its threads, the crypto pool included.
- With two cores the server, its crypto pool and the load generator share them. What uses more processes than that is indicative only.
- An empty cell: the contestant does not know the algorithm, or was not part of it.`

function verdictsOf({ title, verdicts }: MeasuredPart): string[] {
  if (verdicts.length === 0) return []
  const rows = verdicts.map((verdict) => [
    verdict.target,
    (isMet(verdict) ? '' : '**') + shownVerdict(verdict).replace(/^MISSED/, 'MISSED**'),
  ])
  return [`### ${title}`, table(['Target', 'Verdict'], rows)]
}

function tableOf({ title, text, columns, rows }: Table): string[] {
  const body = rows.map(({ name, cells }) => [
    name,
    ...cells.map((cell) =>
      cell === null ? '' : shownCell(cell) + (cell.unit === '/s' ? '' : unitOf(cell.unit)),
    ),
  ])
  return [`### ${title}`, text, table(['', ...columns], body)]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

function list(items: readonly { readonly name: string; readonly note: string }[]): string {
  return items.map(({ name, note }) => `- **${name}**: ${note}.`).join('\n')
}
